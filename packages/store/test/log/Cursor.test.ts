import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import * as Cursor from "@refold/store/log/Cursor"
import { EventReader } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { run } from "../support/Account.ts"
import { deposit } from "../support/Balances.ts"

const eventId = "0197a1b2-0000-7000-8000-000000000001" as EventId

describe("a cursor", () => {
  it("gives its parts back, whatever the instance is called", () => {
    const parts = { position: Position(7), eventId, instance: "1764.5/1.2/\u{1F600}" }
    expect(Cursor.parse(Cursor.make(parts))).toEqual(Result.succeed(parts))
  })

  it.each([
    "",
    "7",
    "x",
    `7.${eventId}`,
    `7.${eventId}.`,
    "7.no-id.one",
    `-1.${eventId}.one`,
    `9${"9".repeat(15)}.${eventId}.one`
  ])(
    "is not the text %j",
    (text) => {
      expect(Result.getOrThrow(Result.flip(Cursor.parse(text)))).toMatchObject({
        _tag: "InvalidInput",
        field: "cursor"
      })
    }
  )

  it("is given with each event, and a subscription resumes after it", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 3)
      const { subscribeWithCursors } = yield* EventReader
      const delivered = yield* Stream.runCollect(Stream.take(subscribeWithCursors(), 3))
      const [first] = yield* Stream.runCollect(Stream.take(subscribeWithCursors({ cursor: delivered[0]!.cursor }), 1))
      expect(first).toEqual(delivered[1])
    })))

  it("of another store is a log that went back", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      const cursor = Cursor.make({ position: Position(1), eventId, instance: "another" })
      const subscribed = Stream.runHead((yield* EventReader).subscribe({ cursor }))
      expect(yield* Effect.flip(subscribed)).toMatchObject({ _tag: "LogWentBack", reason: "Gone", eventId, last: 1 })
    })))

  it("is not given together with a position", () =>
    run(Effect.gen(function*() {
      const cursor = Cursor.make({ position: Position(1), eventId, instance: "one" })
      const subscribed = Stream.runHead((yield* EventReader).subscribe({ cursor, after: Position(1) }))
      expect(yield* Effect.flip(subscribed)).toMatchObject({ _tag: "InvalidInput", field: "after" })
    })))
})
