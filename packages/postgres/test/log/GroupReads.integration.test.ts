// Streams that are read at the same time share a statement, and each reader gets the same events as alone.
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"
import { tracing } from "../support/Tracing.ts"

const run = Stores.runner()

/** Appends events with these data to a new stream. */
const written = Effect.fnUntraced(
  function*({ store }: Pick<Stores.Opened, "store">, data: ReadonlyArray<string | number>) {
    const stream = Stores.freshStream()
    const events = data.map((data) => Stores.event({ data }))
    if (Arr.isReadonlyArrayNonEmpty(events)) yield* store.append(stream, events, { expected: ExpectedVersion.NoStream })
    return stream
  }
)

/** The data of the events of a stream after a version. */
const dataOf = ({ store }: Pick<Stores.Opened, "store">, stream: StreamName, after = 0) =>
  Effect.map(
    Stream.runCollect(store.readStream(stream, { after: StreamVersion(after) })),
    (events) => events.map(({ data }) => data)
  )

const together = { concurrency: "unbounded" } as const

/** A text with which the data and the metadata of an event have this number of bytes. */
const textOf = (bytes: number): string => "x".repeat(bytes - "{}".length - "\"\"".length)

describe("reads that arrive together", () => {
  test(
    "share statements, and each gets the events of its own stream",
    run(Effect.gen(function*() {
      const opened = yield* Stores.Database
      const data = Arr.makeBy(60, (n) => Arr.range(1, 5).slice(0, n % 6).map((version) => n * 10 + version))
      const streams = yield* Effect.forEach(data, (data) => written(opened, data))
      const { capture, spans } = tracing()
      const found = yield* capture(
        Effect.forEach(streams, (stream, n) => dataOf(opened, stream, n % 3), together)
      )
      expect(found).toEqual(data.map((data, n) => data.slice(n % 3)))
      const statements = spans.filter(({ attributes }) =>
        String(attributes.get("db.query.text")).includes("event_store")
      )
      expect(statements.length).toBeLessThan(8)
    }))
  )

  test(
    "with a filter share no statement, and an option of backward reads has no effect",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const metadata = { correlationId: "one", causationId: "two" }
      yield* store.append(stream, [
        Stores.event({ type: "A", metadata }),
        Stores.event({ type: "B", occurredAt: DateTime.makeUnsafe(5) })
      ])
      const all = yield* Stream.runCollect(store.readStream(stream))
      const later = DateTime.makeUnsafe(5)
      const filters: ReadonlyArray<ReadOptions.ReadStreamOptions> = [
        { correlationId: "one" },
        { correlationId: "none" },
        { causationId: "two" },
        { types: ["B"] },
        { occurredAt: { from: later } },
        { recordedAt: { to: later } },
        { asOf: AsOf.version(1) }
      ]
      for (const options of filters) {
        expect(yield* Stream.runCollect(store.readStream(stream, options)))
          .toEqual(all.filter((event) => ReadOptions.includes(options, event)))
      }
      const backwards: ReadOptions.ReadStreamBackwardsOptions = { before: StreamVersion(2) }
      expect(yield* Stream.runCollect(store.readStream(stream, backwards))).toEqual(all)
      const { position } = all[0]!
      const ofLog: ReadOptions.ReadAllBackwardsOptions = {
        after: Position(position - 1),
        before: Position(position + 1)
      }
      expect(yield* Stream.runCollect(Stream.take(store.readAll(ofLog), 2))).toEqual(all)
    }))
  )

  test(
    "of streams or events that are too large for a shared answer are completed by separate statements",
    run(Effect.gen(function*() {
      const opened = yield* Stores.Database
      const data = [
        Arr.range(1, 99),
        Arr.range(1, 100),
        Arr.range(1, 101),
        Arr.range(1, 2_500),
        [textOf(131_073), 2],
        [1, textOf(131_073), 3],
        [textOf(65_536), textOf(65_536)],
        [textOf(65_536), textOf(65_536), 3],
        [textOf(65_536), textOf(65_537), 3],
        [textOf(1_000_000)],
        []
      ]
      const streams = yield* Effect.forEach(data, (data) => written(opened, data))
      expect(yield* Effect.forEach(streams, (stream) => dataOf(opened, stream), together)).toEqual(data)
    }))
  )

  test(
    "are answered independently of one whose caller is interrupted",
    run(Effect.gen(function*() {
      const opened = yield* Stores.Database
      const [a, b] = [yield* written(opened, [1]), yield* written(opened, [2])]
      const first = yield* Effect.forkChild(dataOf(opened, a))
      const interrupted = yield* Effect.forkChild(dataOf(opened, a))
      const last = yield* Effect.forkChild(dataOf(opened, b))
      yield* Fiber.interrupt(interrupted)
      expect([yield* Fiber.join(first), yield* Fiber.join(last)]).toEqual([[1], [2]])
    }))
  )

  test.each(["loseRequest", "loseAnswer"] as const)(
    "are repeated if the connection is lost: %s",
    (lose) =>
      run(Effect.gen(function*() {
        const direct = yield* Stores.Database
        const proxy = yield* Proxy.start(direct.url)
        const opened = yield* Stores.open(proxy.url)
        const streams = yield* Effect.forEach([[1], [2, 3], []], (data) => written(direct, data))
        const lost = proxy[lose]("unnest($1::text[], $2::bigint[])")
        expect(yield* Effect.forEach(streams, (stream) => dataOf(opened, stream), together)).toEqual([[1], [2, 3], []])
        yield* Effect.promise(() => lost)
      }))()
  )

  test(
    "do not fail because one of the streams has an event that no client can read",
    run(Effect.gen(function*() {
      const opened = yield* Stores.open(yield* freshDatabase())
      yield* opened.sql`alter table refold.event_store drop constraint event_store_readable`
      const streams = yield* Effect.forEach([[1], [2], [3]], (data) => written(opened, data))
      yield* opened.sql`
        insert into refold.event_store
          (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
        values (${streams[1]!}, 2, gen_random_uuid(), 'A', 1, '4', '[]', now(), now())`
      const [a, b, c] = yield* Effect.forEach(streams, (stream) => Effect.exit(dataOf(opened, stream)), together)
      expect([a, c]).toEqual([Exit.succeed([1]), Exit.succeed([3])])
      expect(String(b)).toContain("metadata")
    }))
  )

  test(
    "return events that were appended before them, also in the caller's transaction",
    run(Effect.gen(function*() {
      const opened = yield* Stores.Database
      const append = Effect.flatMap(written(opened, [1, 2]), (stream) => dataOf(opened, stream))
      const inTransaction = opened.sql.withTransaction(append)
      expect(yield* Effect.all([append, inTransaction, append, inTransaction], together)).toEqual(
        Arr.makeBy(4, () => [1, 2])
      )
    }))
  )
})
