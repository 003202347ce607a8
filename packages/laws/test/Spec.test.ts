import * as DateTime from "effect/DateTime"
import { describe, expect, it } from "vitest"
import * as Sample from "../src/kit/internal/Sample.ts"
import * as Spec from "../src/Spec.ts"
import * as Projections from "./project/faults/Projections.ts"

const five = Sample.CoinsAdded.make({ coins: 5, notes: [] })

describe("a spec", () => {
  it("passes if the decision is as expected", () => {
    Spec.for(Sample.decider).given([five]).when({ _tag: "Take", coins: 2 }).then([Sample.CoinsTaken.make({ coins: 2 })])
    Spec.for(Sample.decider).given([five]).when({ _tag: "Take", coins: 6 }).thenRefused({ _tag: "NotEnough", coins: 5 })
    Spec.for(Sample.decider).when({ _tag: "Add", coins: 0, notes: [] }).thenNothing()
  })

  it("appends to events given earlier", () => {
    Spec.for(Sample.decider).given([five]).given([five]).when({ _tag: "Seal" }).then([
      Sample.CoinsTaken.make({ coins: 10 }),
      Sample.JarSealed.make({})
    ])
  })

  it("shows the actual and the expected events", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Seal" }).then([five])).toThrow(
      expect.objectContaining({ name: "AssertionError", actual: [Sample.JarSealed.make({})], expected: [five] })
    )
  })

  it("shows a refusal if events were expected", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Take", coins: 1 }).then([five])).toThrow(
      expect.objectContaining({ actual: { refused: { _tag: "NotEnough", coins: 0 } }, expected: [five] })
    )
  })

  it("distinguishes refusals", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Take", coins: 1 }).thenRefused({ _tag: "IsSealed" })).toThrow(
      "the refusal differs"
    )
  })

  it("does not accept a refusal as no effect", () => {
    expect(() => Spec.for(Sample.decider).when({ _tag: "Take", coins: 1 }).thenNothing()).toThrow(
      "the command was not without effect"
    )
  })

  it("fails if it is awaited without an expectation", async () => {
    const forgotten: unknown = Spec.for(Sample.decider).when({ _tag: "Seal" })
    await expect(Promise.resolve(forgotten)).rejects.toThrow("the events differ")
  })
})

describe("a spec of a projection", () => {
  const coins = Spec.forProjection(Projections.sound)

  it("passes if the rows are as expected", () => {
    const given = coins.given("jar-1", [five]).given("jar-2", [five, Sample.CoinsTaken.make({ coins: 2 })])
    expect(() =>
      given
        .thenRow("all", { coins: 12, notes: [] })
        .thenRow("0", { coins: 10, notes: [] })
        .thenNoRow("1")
    ).not.toThrow()
    expect(() => given.given("jar-1", [Sample.JarSealed.make({})]).thenNoRow("all")).not.toThrow()
  })

  it("ignores events that the projection does not read", () => {
    expect(() => coins.given("tin-1", [five]).thenNoRow("all")).not.toThrow()
  })

  it("passes times and metadata of events to the projection", () => {
    const seen = Spec.forProjection(Projections.lastTimeOfActor)
    const context = { occurredAt: DateTime.makeUnsafe(1000), metadata: { actor: "Ada" } }
    expect(() => seen.given("jar-1", [five], context).thenRow("Ada", { when: 1000 })).not.toThrow()
    expect(() => seen.given("jar-1", [five]).thenRow("unknown", { when: 0 })).not.toThrow()
  })

  it("shows the actual and the expected row", () => {
    expect(() => coins.given("jar-1", [five]).thenRow("all", { coins: 4, notes: [] })).toThrow(
      expect.objectContaining({
        name: "AssertionError",
        message: "row \"all\" differs; the rows are \"0\", \"all\"",
        actual: { coins: 5, notes: [] },
        expected: { coins: 4, notes: [] }
      })
    )
  })

  it("shows an unexpected row and a missing row", () => {
    expect(() => coins.given("jar-1", [five]).thenNoRow("all")).toThrow(
      expect.objectContaining({ actual: { coins: 5, notes: [] }, expected: "no row" })
    )
    expect(() => coins.thenRow("all", { coins: 0, notes: [] })).toThrow("row \"all\" differs; the rows are none")
  })

  it("fails if an event cannot be folded", () => {
    const poisoned = Spec.forProjection(Projections.cannotTakeCoins)
      .given("jar-1", [Sample.CoinsTaken.make({ coins: 1 })])
    expect(() => poisoned.thenNoRow("all")).toThrow("cannot fold event 1 of stream \"jar-1\"")
  })

  it("fails if a stream's name is malformed", () => {
    expect(() => coins.given("jar", [five]).thenNoRow("all")).toThrow("must be category-id")
  })
})
