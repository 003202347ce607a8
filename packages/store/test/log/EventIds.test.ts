import * as EventId from "@refold/core/event/EventId"
import { EventIds } from "@refold/store/log/EventIds"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"

const made = Effect.runSync(Effect.gen(function*() {
  const newId = yield* EventIds
  return yield* Effect.all(Array.from({ length: 1000 }, () => newId))
}))

describe("default event ids", () => {
  it("are valid event ids", () => {
    for (const id of made) expect(EventId.parse(id)).toEqual(Result.succeed(id))
  })

  it("are UUIDs of version 7", () => {
    for (const id of made) expect(id).toMatch(/^.{8}-.{4}-7.{3}-[89ab].{3}-.{12}$/)
  })

  it("are unique and sort in the order in which they were generated", () => {
    expect(new Set(made).size).toBe(made.length)
    expect(made.toSorted()).toEqual(made)
  })
})
