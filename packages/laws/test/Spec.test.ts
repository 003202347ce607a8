import { describe, expect, it } from "vitest"
import * as Sample from "../src/Sample.ts"
import * as Spec from "../src/Spec.ts"

const five = Sample.CoinsAdded.make({ coins: 5, notes: [] })

describe("a spec", () => {
  it("is silent where the decision is as expected", () => {
    Spec.for(Sample.decider).given([five]).when({ _tag: "Take", coins: 2 }).then([Sample.CoinsTaken.make({ coins: 2 })])
    Spec.for(Sample.decider).given([five]).when({ _tag: "Take", coins: 6 }).thenRefused({ _tag: "NotEnough", coins: 5 })
    Spec.for(Sample.decider).when({ _tag: "Add", coins: 0, notes: [] }).thenNothing()
  })

  it("goes on from events given earlier", () => {
    Spec.for(Sample.decider).given([five]).given([five]).when({ _tag: "Seal" }).then([
      Sample.CoinsTaken.make({ coins: 10 }),
      Sample.JarSealed.make({})
    ])
  })

  it("shows the events that there were beside those expected", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Seal" }).then([five])).toThrow(
      expect.objectContaining({ name: "AssertionError", actual: [Sample.JarSealed.make({})], expected: [five] })
    )
  })

  it("shows the refusal where events were expected", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Take", coins: 1 }).then([five])).toThrow(
      expect.objectContaining({ actual: { refused: { _tag: "NotEnough", coins: 0 } }, expected: [five] })
    )
  })

  it("tells one refusal from another", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Take", coins: 1 }).thenRefused({ _tag: "IsSealed" })).toThrow(
      "the command was not refused like this"
    )
  })

  it("does not take a refusal for nothing", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Take", coins: 1 }).thenNothing()).toThrow(
      "the command led to something"
    )
  })

  it("fails where it was returned without an expectation", async () => {
    const forgotten: unknown = Spec.for(Sample.decider).when({ _tag: "Seal" })
    await expect(Promise.resolve(forgotten)).rejects.toThrow("the command led to other events")
  })
})
