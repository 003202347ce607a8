import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import * as Cursor from "@refold/store/log/Cursor"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { run, stored, stream } from "../support/Account.ts"
import { deposit } from "../support/Balances.ts"

const eventId = "0197a1b2-0000-7000-8000-000000000001" as EventId

describe("a cursor", () => {
  it("decodes to its parts, whatever the instance is called", () => {
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
      const { cursor } = delivered[0]!
      const [first] = yield* Stream.runCollect(Stream.take(subscribeWithCursors({ cursor }), 1))
      expect(first).toEqual(delivered[1])
    })))

  const ofType = (type: string, cursor?: Cursor.Cursor) =>
    Effect.map(EventReader, ({ subscribeWithCursors }) =>
      Stream.takeUntil(
        subscribeWithCursors({ types: [type], cursor }),
        (one) => one._tag === "Progress" && one.isCaughtUp
      ))

  it("advances even if no event passes the filter, at least once in 10,000 events, up to the head", () =>
    run(Effect.gen(function*() {
      const store = yield* EventStore
      const many = Arr.makeBy(25_000, (n) => stored(n, { type: "Other" }))
      yield* store.append(stream("a"), many)
      yield* store.append(stream("a"), [stored(25_000, { type: "Rare" })])
      const delivered = yield* Stream.runCollect(yield* ofType("Rare"))
      expect(delivered.map((one) => one._tag === "Event" ? one.event.type : Number(one.position))).toEqual([
        10_000,
        20_000,
        "Rare",
        25_001
      ])
      const { cursor } = delivered[1]!
      const resumed = yield* Stream.runCollect(yield* ofType("Rare", cursor))
      expect(resumed).toEqual(delivered.slice(2))
    })))

  it("is in the progress after catching up, also on an empty log and without new events", () =>
    run(Effect.gen(function*() {
      expect(yield* Stream.runCollect(yield* ofType("Rare"))).toEqual([
        { _tag: "Progress", position: 0, head: 0, isCaughtUp: true, cursor: undefined }
      ])
      yield* deposit("a", 1)
      const [first] = yield* Stream.runCollect(yield* ofType("Rare"))
      expect(first).toMatchObject({ position: 1, head: 1, isCaughtUp: true })
      expect(yield* Stream.runCollect(yield* ofType("Rare", first!.cursor))).toEqual([first])
    })))

  it("of another store fails as a log that went back", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      const cursor = Cursor.make({ position: Position(1), eventId, instance: "another" })
      const subscribed = Stream.runHead((yield* EventReader).subscribe({ cursor }))
      expect(yield* Effect.flip(subscribed)).toMatchObject({ _tag: "LogWentBack", reason: "Gone", eventId, last: 1 })
    })))

  it("is refused together with a position", () =>
    run(Effect.gen(function*() {
      const cursor = Cursor.make({ position: Position(1), eventId, instance: "one" })
      const subscribed = Stream.runHead((yield* EventReader).subscribe({ cursor, after: Position(1) }))
      expect(yield* Effect.flip(subscribed)).toMatchObject({ _tag: "InvalidInput", field: "after" })
    })))
})
