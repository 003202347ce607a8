import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Commit from "../../src/journal/Commit.ts"
import * as Journal from "../../src/journal/Journal.ts"
import * as SizeLimits from "../../src/journal/SizeLimits.ts"
import { at, event, write } from "../support/Sample.ts"

const refusal = (result: Result.Result<unknown, unknown>) =>
  Result.match(result, { onFailure: String, onSuccess: () => "" })

const limits: SizeLimits.SizeLimits = { eventData: 10, eventMetadata: 20, commit: 30 }

const check = (...events: ReadonlyArray<object>) =>
  refusal(Commit.check({ writes: [write("a-1", events.map((change, index) => event(index + 1, change)))] }, limits))

describe("the size of a commit", () => {
  it("is checked for the data of each event", () => {
    expect(check({ data: "12345678" }, { data: "12345678" })).toBe("")
    expect(check({ data: "1" }, { data: "123456789" }))
      .toBe("InvalidInput: writes[0].events[1].data must not be longer than 10 bytes as JSON text")
  })

  it("is checked for the metadata of each event", () => {
    expect(check({ data: 1, metadata: { actor: "12345678" } }))
      .toBe("InvalidInput: writes[0].events[0].metadata must not be longer than 20 bytes as JSON text")
  })

  it("is checked for the data and metadata of all events together", () => {
    expect(check({ data: "12345678" }, { data: "12345678" }, { data: "123" })).toBe(
      "InvalidInput: writes must not have more than 30 bytes of data and metadata as JSON text"
    )
  })

  it("is that of the text that a store returns, not of the text that was sent", () => {
    const most = Math.floor(SizeLimits.defaults.eventData / 311)
    const numbers = (count: number) => ({
      writes: [write("a-1", [event(1, { data: Array(count).fill(1e308) })])] as const
    })
    expect(refusal(Commit.check(numbers(most)))).toBe("")
    expect(refusal(Commit.check(numbers(most + 1)))).toContain(
      "writes[0].events[0].data must not be longer than 8388608"
    )
  })

  it("is checked by a journal before anything is stored", () => {
    const appended = Journal.append(
      Journal.empty,
      { writes: [write("a-1", [event(1, { data: "123456789" })])] },
      at(0),
      limits
    )
    expect(refusal(appended)).toContain("writes[0].events[0].data must not be longer than 10")
  })
})

describe("the limits of a store", () => {
  it("may be lower than the defaults", () => {
    expect(SizeLimits.make({ commit: 1000 })).toEqual(Result.succeed({ ...SizeLimits.defaults, commit: 1000 }))
    expect(SizeLimits.make()).toEqual(Result.succeed(SizeLimits.defaults))
  })

  it.each([0, 1.5, NaN, SizeLimits.defaults.eventData + 1])("may not be %d", (eventData) => {
    expect(refusal(SizeLimits.make({ eventData }))).toBe(
      "InvalidInput: limits.eventData must be a whole number from 1 to 8388608"
    )
  })
})
