import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as EventId from "../../src/event/EventId.ts"
import { failureOf, malformed } from "../support/Sample.ts"

const lower = "018f4e2a-7b3c-7d4e-8f5a-6b7c8d9e0f1a"

describe("an event id", () => {
  it("is a UUID in lower case, whatever case it came in", () => {
    expect(EventId.parse(lower)).toEqual(Result.succeed(lower))
    expect(EventId.parse(lower.toUpperCase())).toEqual(Result.succeed(lower))
  })

  it("may be a UUID of any version", () => {
    expect(Result.isSuccess(EventId.parse("00000000-0000-0000-0000-000000000000"))).toBe(true)
    expect(Result.isSuccess(EventId.parse("123e4567-e89b-12d3-a456-426614174000"))).toBe(true)
  })

  it.each<unknown>([
    "",
    "1",
    lower.replaceAll("-", ""),
    ` ${lower}`,
    `${lower}\n`,
    `{${lower}}`,
    `${lower}0`,
    lower.replace("f", "g"),
    undefined,
    null,
    42
  ])("is not %j", (text) => {
    expect(failureOf(EventId.parse(malformed(text))).message).toBe("id must be a UUID")
    expect(failureOf(EventId.parse(malformed(text), "events[0].id")).message).toBe("events[0].id must be a UUID")
  })
})
