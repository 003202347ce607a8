// A subscriber receives every event once, in the order of the log: stored and future events, with any order of
// commits, and no faster than it handles them.
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as EventStore from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { MinimumLogLevel } from "effect/References"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"
import * as Writers from "../support/Writers.ts"

const run = Stores.runner()

/** A store, its head when the test begins, and appends that return the event's id. */
const setUp = Effect.gen(function*() {
  const opened = yield* Stores.Database
  const append = () => {
    const event = Stores.event()
    return Effect.as(opened.store.append(Stores.freshStream(), [event]), event.id)
  }
  return { ...opened, append, start: yield* opened.store.head }
})

const many = (count: number): readonly [NewEvent, ...Array<NewEvent>] => [
  Stores.event(),
  ...Array.from({ length: count - 1 }, () => Stores.event())
]

test(
  "a subscriber receives every event of many writers that commit out of order once, in order, also if it starts in the middle",
  run(Effect.gen(function*() {
    const { append, reader, sql, start, url } = yield* setUp
    const writing = yield* Stores.open(url, { maxConnections: 8 })
    const first = yield* Following.follow(reader.subscribe({ after: start }))
    yield* Writers.write(writing, 8, 10)
    const before = yield* Following.storedAfter(sql, start)
    const second = yield* Following.follow(reader.subscribe({ after: start }))
    const third = yield* Following.follow(writing.reader.subscribe({ after: first.seen[9]!.position }))
    yield* Writers.write(writing, 8, 15)
    const end = yield* append()
    for (const { untilSeen } of [first, second, third]) yield* untilSeen(end)
    const stored = yield* Following.storedAfter(sql, start)
    expect(stored.length).toBeGreaterThan(before.length + 100)
    expect(first.ids()).toEqual(stored)
    expect(second.ids()).toEqual(stored)
    expect(third.ids()).toEqual(stored.slice(10))
  }))
)

test(
  "a subscriber waits for a low position that is committed late, and receives the events above it only then",
  run(Effect.gen(function*() {
    const { append, reader, start, store, url } = yield* setUp
    const { ids, untilSeen } = yield* Following.follow(reader.subscribe({ after: start }))
    const other = yield* Stores.connect(url)
    const before = yield* append()
    yield* untilSeen(before)
    yield* other`begin`
    const low = yield* Stores.appendBySql(other)
    const high = [yield* append(), yield* append()]
    // A subscription from an event that is held back receives nothing yet, but is not refused.
    const { last } = yield* store.bound
    const late = yield* Following.follow(reader.subscribe({ after: last }))
    yield* Effect.sleep("300 millis")
    expect(ids()).toEqual([before])
    yield* other`commit`
    yield* untilSeen(high[1]!)
    expect(ids()).toEqual([before, low, ...high])
    const end = yield* append()
    yield* late.untilSeen(end)
    expect(late.ids()).toEqual([end])
  }))
)

test(
  "a slow subscriber delays no writer, even with one connection, and reads only some pages ahead",
  run(Effect.gen(function*() {
    const { start, url } = yield* setUp
    const { sql, store } = yield* Stores.open(url, { maxConnections: 1 })
    let read = 0
    const { subscribe } = EventStore.fromAdapter({
      ...store,
      readAll: (options) => Stream.tap(store.readAll(options), () => Effect.sync(() => void read++))
    })
    for (let n = 0; n < 10; n++) yield* store.append(Stores.freshStream(), many(1_000))
    const resume = yield* Deferred.make<void>()
    const { ids, untilCount, untilSeen } = yield* Following.follow(
      Stream.tap(subscribe({ after: start }), () => Deferred.await(resume))
    )
    yield* Following.until(Effect.sync(() => read > 0))
    for (let n = 0; n < 50; n++) yield* store.append(Stores.freshStream(), [Stores.event()])
    expect(read).toBeLessThan(3_000)
    const end = Stores.event()
    yield* store.append(Stores.freshStream(), [end])
    expect(ids()).toEqual([])
    yield* Deferred.succeed(resume, undefined)
    yield* untilCount(10_051)
    yield* untilSeen(end.id)
    expect(ids()).toEqual(yield* Following.storedAfter(sql, start))
  }))
)

test(
  "a read that fails permanently in the middle is restarted after the last event",
  run(Effect.gen(function*() {
    const { sql, start, store } = yield* setUp
    let failures = 0
    const fail = Effect.suspend(() => {
      failures++
      return Effect.fail(new EventStoreError({ operation: "read", cause: new Error("gone") }))
    })
    const { subscribe } = EventStore.fromAdapter({
      ...store,
      bound: Effect.suspend(() => failures < 1 ? fail : store.bound),
      readAll: (options) =>
        failures < 4
          ? Stream.concat(store.readAll({ ...options, limit: 2 }), Stream.fromEffect(fail))
          : store.readAll(options)
    })
    yield* store.append(Stores.freshStream(), many(5))
    const { ids, untilCount, untilSeen } = yield* Following.follow(
      // Each failure logs a warning.
      Stream.provideService(subscribe({ after: start }), MinimumLogLevel, "Error")
    )
    yield* untilCount(5)
    const end = Stores.event()
    yield* store.append(Stores.freshStream(), [end])
    yield* untilSeen(end.id)
    expect(failures).toBe(4)
    expect(ids()).toEqual(yield* Following.storedAfter(sql, start))
  }))
)

test(
  "a subscription that begins within a transaction does not read the head for others on its connection",
  run(Effect.gen(function*() {
    const { sql: admin, url } = yield* setUp
    const { reader, sql, store } = yield* Stores.open(url, { pooler: true, pollInterval: "20 millis" })
    const start = yield* store.head
    const begun = yield* Deferred.make<number>()
    const end = yield* Deferred.make<void>()
    const within = Effect.gen(function*() {
      const pid = yield* Stores.backend(sql)
      yield* Stream.runForEach(reader.heads, () => Deferred.succeed(begun, pid))
    })
    yield* Effect.forkScoped(sql.withTransaction(Effect.raceFirst(within, Deferred.await(end))))
    const pid = yield* Deferred.await(begun)
    const { ids, untilSeen } = yield* Following.follow(reader.subscribe({ after: start }))
    const events = [Stores.event(), Stores.event()] as const
    yield* store.append(Stores.freshStream(), [events[0]])
    yield* untilSeen(events[0].id)
    yield* Deferred.succeed(end, undefined)
    yield* admin`select pg_terminate_backend(${pid}, 60000)`
    yield* store.append(Stores.freshStream(), [events[1]])
    yield* untilSeen(events[1].id)
    expect(ids()).toEqual(events.map(({ id }) => id))
  }))
)
