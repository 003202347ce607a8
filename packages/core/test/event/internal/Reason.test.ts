import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Reason from "../../../src/event/internal/Reason.ts"

const thrown = (value: unknown) => () => {
  throw value
}

describe("a reason", () => {
  it("is a text that stores can hold, whatever was thrown", () => {
    expect(Reason.reasonOf(new Error("no\u0000 \ud800idea"))).toBe("Error: no\ufffd \ufffdidea")
    expect(Reason.reasonOf(undefined)).toBe("undefined")
    expect(Reason.reasonOf(Symbol("why"))).toBe("Symbol(why)")
    expect(Reason.reasonOf(Object.create(null))).toBe("something that has no text")
  })

  it("of a schema is one line", () => {
    expect(Reason.ofSchema({ message: `Expected number\n  at ["a"]\nExpected string\n  at ["b"]` }))
      .toBe(`Expected number at ["a"] Expected string at ["b"]`)
  })

  it("has at most 2,000 UTF-16 units", () => {
    expect(Reason.maxLength).toBe(2000)
    expect(Reason.reasonOf("a".repeat(10_000))).toHaveLength(2000)
    // A surrogate pair is not cut in half at the end.
    expect(Reason.reasonOf(`${"a".repeat(1999)}\u{1f600}`).isWellFormed()).toBe(true)
  })
})

describe("attempt", () => {
  it("gives what the function returns", () => {
    expect(Reason.attempt(() => 1)).toEqual(Result.succeed(1))
  })

  it("fails with the reason and with the name of the function that threw", () => {
    expect(Reason.attempt(thrown(new Error("no idea")))).toEqual(Result.fail("it threw Error: no idea"))
    expect(Reason.attempt(thrown(Object.create(null)), "keys")).toEqual(
      Result.fail("keys threw something that has no text")
    )
  })

  it("of a function that returns a result keeps the result's failure", () => {
    expect(Reason.attemptResult(() => Result.succeed(1))).toEqual(Result.succeed(1))
    expect(Reason.attemptResult(() => Result.fail({ code: 2 }))).toEqual(Result.fail({ code: 2 }))
    expect(Reason.attemptResult(thrown("no"), "the schema")).toEqual(Result.fail("the schema threw no"))
  })
})
