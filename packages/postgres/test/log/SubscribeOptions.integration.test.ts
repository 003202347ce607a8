// The options of a subscription: its start, its filters on past and future events, and invalid input.
import type { Position } from "@refold/core/event/Position"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** A store, its head when the test begins, and appends that return the event's id. */
const setUp = Effect.gen(function*() {
  const opened = yield* Stores.Database
  const append = (fields: Parameters<typeof Stores.event>[0] = {}, stream = Stores.freshStream()) => {
    const event = Stores.event(fields)
    return Effect.as(opened.store.append(stream, [event]), event.id)
  }
  return { ...opened, append, start: yield* opened.store.head }
})

test(
  "a subscription receives only the events that it selects, of the past and of the future",
  run(Effect.gen(function*() {
    const { append, reader, start } = yield* setUp
    const at = (year: number) => ({ occurredAt: DateTime.makeUnsafe(Date.UTC(year, 0, 1)) })
    const round = Effect.gen(function*() {
      const plain = yield* append(at(2001))
      const typed = yield* append({ ...at(2002), type: "Wanted" })
      const filed = yield* append({ ...at(2003), type: "Wanted" }, Stores.freshStream("wanted"))
      return { plain, typed, filed }
    })
    const past = yield* round
    yield* Effect.sleep("2 millis")
    const now = yield* DateTime.now
    yield* Effect.sleep("2 millis")
    const follow = (options: Parameters<typeof reader.subscribe>[0]) =>
      Following.follow(reader.subscribe({ ...options, after: start }))
    const types = yield* follow({ types: ["Wanted"] })
    const categories = yield* follow({ categories: ["wanted"] })
    const occurred = yield* follow({ occurredAt: { from: at(2002).occurredAt, to: at(2003).occurredAt } })
    const recordedSince = yield* follow({ recordedAt: { from: now } })
    const recordedUntil = yield* follow({ recordedAt: { to: now } })
    const nothing = yield* follow({ types: [] })
    const all = yield* follow({})
    const live = yield* round
    for (const { untilSeen } of [types, categories, recordedSince, all]) yield* untilSeen(live.filed)
    yield* occurred.untilSeen(live.typed)
    yield* recordedUntil.untilSeen(past.filed)
    expect(types.ids()).toEqual([past.typed, past.filed, live.typed, live.filed])
    expect(categories.ids()).toEqual([past.filed, live.filed])
    expect(occurred.ids()).toEqual([past.typed, live.typed])
    expect(recordedSince.ids()).toEqual(Object.values(live))
    expect(recordedUntil.ids()).toEqual(Object.values(past))
    expect(nothing.ids()).toEqual([])
  }))
)

describe("replayFrom", () => {
  test(
    "includes the event at its start, given by position or id, and all later events",
    run(Effect.gen(function*() {
      const { append, reader, start } = yield* setUp
      const [first, second, third] = [yield* append(), yield* append({ type: "Wanted" }), yield* append()]
      const [, at] = yield* Stream.runCollect(Stream.take(reader.subscribe({ after: start }), 2))
      const byPosition = yield* Following.follow(reader.replayFrom(at!.position))
      const byId = yield* Following.follow(reader.replayFrom(second))
      const filtered = yield* Following.follow(reader.replayFrom(first, { types: ["Wanted"] }))
      const fromTheStart = yield* Following.follow(reader.replayFrom(0 as Position, { types: ["Wanted"] }))
      const live = yield* append({ type: "Wanted" })
      for (const { untilSeen } of [byPosition, byId, filtered, fromTheStart]) yield* untilSeen(live)
      expect(byPosition.ids()).toEqual([second, third, live])
      expect(byId.ids()).toEqual([second, third, live])
      expect(filtered.ids()).toEqual([second, live])
      expect(fromTheStart.ids()).toEqual(expect.arrayContaining([second, live]))
    }))
  )

  test(
    "accepts an event that is still held back, and waits for it",
    run(Effect.gen(function*() {
      const { append, reader, url } = yield* setUp
      const other = yield* Stores.connect(url)
      yield* other`begin`
      yield* Stores.appendBySql(other)
      const high = yield* append()
      const { ids, untilSeen } = yield* Following.follow(reader.replayFrom(high))
      yield* other`commit`
      yield* untilSeen(high)
      expect(ids()).toEqual([high])
    }))
  )
})

describe("invalid input is refused at once:", () => {
  const failure = <A, E>(events: Stream.Stream<A, E>) => Effect.flip(Stream.runDrain(events))

  test(
    "invalid positions, a position after the end of the log, invalid names",
    run(Effect.gen(function*() {
      const { append, reader, store } = yield* setUp
      yield* append()
      const { last } = yield* store.bound
      const beyond = (last + 1) as Position
      const invalid = (field: string) => ({ _tag: "InvalidInput", field })
      for (const after of [-1, 1.5, NaN, Infinity]) {
        expect(yield* failure(reader.subscribe({ after: after as Position }))).toMatchObject(invalid("after"))
        expect(yield* failure(reader.replayFrom(after as Position))).toMatchObject(invalid("from"))
      }
      expect(yield* failure(reader.subscribe({ after: beyond }))).toMatchObject({ _tag: "LogWentBack", last })
      expect(yield* failure(reader.subscribe({ types: [""] }))).toMatchObject(invalid("types[0]"))
      expect(yield* failure(reader.subscribe({ categories: ["a-b"] }))).toMatchObject(invalid("categories[0]"))
      expect(yield* failure(reader.replayFrom((beyond + 1) as Position))).toMatchObject({ _tag: "LogWentBack" })
    }))
  )

  test(
    "an unknown event id and an invalid one",
    run(Effect.gen(function*() {
      const { reader } = yield* setUp
      const { id } = Stores.event()
      expect(yield* failure(reader.replayFrom(id))).toMatchObject({ _tag: "EventNotFound", id })
      expect(yield* failure(reader.replayFrom("no id" as typeof id))).toMatchObject({
        _tag: "InvalidInput",
        field: "id"
      })
    }))
  )
})
