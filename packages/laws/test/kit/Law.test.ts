import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Law from "../../src/kit/Law.ts"

const options = { run: Effect.runPromise }

const small = Law.make("numbers are below 10", (n: number) => ({ left: n < 10 ? n : "too big", right: n }))

describe("checking a law", () => {
  it("counts the inputs for which the law holds", async () => {
    expect(await Law.check(small, fc.nat(9), { ...options, runs: 17 })).toEqual({
      _tag: "Holds",
      law: "numbers are below 10",
      runs: 17
    })
  })

  it("divides the number of inputs by the cost of the law", async () => {
    expect(await Law.over(small, fc.nat(9), { cost: 4 }).check({ ...options, runs: 17 })).toMatchObject({ runs: 5 })
  })

  it("finds the smallest counterexample and both of its sides", async () => {
    expect(await Law.check(small, fc.nat(), options)).toMatchObject({
      _tag: "Broken",
      law: "numbers are below 10",
      counterexample: 10,
      left: "too big",
      right: 10
    })
  })

  it("tries the same inputs for the same seed", async () => {
    const broken = await Law.check(small, fc.nat(), options)
    if (broken._tag === "Holds") throw new Error("it must not hold")
    expect(await Law.check(small, fc.nat(), { ...options, replay: { seed: broken.seed } })).toEqual(broken)
  })

  it("reproduces a counterexample from its seed and path", async () => {
    const broken = await Law.check(small, fc.nat(), options)
    if (broken._tag === "Holds") throw new Error("it must not hold")
    expect(await Law.check(small, fc.nat(), { ...options, replay: broken, runs: 1 })).toMatchObject({
      counterexample: 10
    })
  })

  it.each([
    ["a failing effect", () => Effect.fail("no")],
    ["a dying effect", () => Effect.die("no")],
    ["an exception", () => {
      throw new Error("no")
    }]
  ])("is broken by %s", async (_, sides) => {
    expect(await Law.check(Law.make("it works", sides), fc.nat(), options)).toMatchObject({
      _tag: "Broken",
      left: { failedWith: expect.anything() }
    })
  })

  it("compares by structure, including Effect's data types", async () => {
    const data = (n: number) => [
      { n, at: DateTime.makeUnsafe(n) },
      Option.some([n]),
      Result.fail({ n }),
      HashMap.make(["n", { n }])
    ]
    const same = Law.make("data is equal to itself", (n: number) => ({ left: data(n), right: data(n) }))
    const other = Law.make("data is equal to other data", (n: number) => ({ left: data(n), right: data(n + 1) }))
    expect(await Law.check(same, fc.nat(), options)).toMatchObject({ _tag: "Holds" })
    expect(await Law.check(other, fc.nat(), options)).toMatchObject({ _tag: "Broken" })
  })
})

describe("asserting that a law holds", () => {
  it("throws an assertion error with the law, the seed, the counterexample and both sides", async () => {
    const verdict = await Law.check(small, fc.nat(), options)
    expect(() => Law.assertHolds(verdict)).toThrow(
      expect.objectContaining({
        name: "AssertionError",
        message: expect.stringMatching(
          /^broken law: numbers are below 10\nreplay: REFOLD_SEED=-?\d+, .*\ncounterexample: 10$/
        ),
        actual: "too big",
        expected: 10
      })
    )
  })

  it("does not throw if the law holds", () => {
    expect(() => Law.assertHolds({ _tag: "Holds", law: "any", runs: 1 })).not.toThrow()
  })
})
