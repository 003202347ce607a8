// Every accepted event can be read: the limits of an append, pages that are bounded in bytes, and events that a client
// cannot read.
import * as PgClient from "@effect/sql-pg/PgClient"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { EventStoreError, UnreadableEvent } from "@refold/store/log/EventStoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** Data whose text in the store has exactly this number of bytes; the JSON that is sent is 50 times shorter. */
const numbers = (bytes: number): readonly [...ReadonlyArray<number>, string] => {
  const many = Array<number>(Math.floor(bytes / 311) - 1).fill(1e308)
  return [...many, "x".repeat(bytes - storedLength([...many, ""]))]
}

const text = (mebibytes: number): string => "x".repeat(mebibytes * 1024 * 1024)

/** A store on the application's own client, which limits the size of a message. */
const limited = (url: string, maxMessageSize?: number) =>
  Effect.map(
    Layer.build(Layer.provideMerge(
      PostgresStore.layerClient({ migrate: false }),
      PgClient.layer({ url: Redacted.make(url), ...(maxMessageSize === undefined ? {} : { maxMessageSize }) })
    )),
    (services) => ({ store: Context.get(services, EventStore), reader: Context.get(services, EventReader) })
  )

describe("an append", () => {
  test(
    "of the largest event is read back by a client with the default message limit, and one more byte is refused",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { store } = yield* limited(url)
      const stream = Stores.freshStream()
      const metadata = { note: "x".repeat(SizeLimits.defaults.eventMetadata - 12) }
      const data = numbers(SizeLimits.defaults.eventData)
      yield* store.append(stream, [Stores.event({ data, metadata })])
      const [event] = yield* Stores.readStream(store, stream)
      expect([storedLength(event!.data), storedLength(event!.metadata)]).toEqual([8_388_608, 1_048_576])
      const larger = [...data.slice(0, -1), `${data.at(-1)}x`]
      expect(yield* Effect.flip(store.append(stream, [Stores.event({ data: larger })]))).toMatchObject({
        _tag: "InvalidInput",
        field: "writes[0].events[0].data",
        rule: "must not be longer than 8388608 bytes as JSON text"
      })
    }))
  )

  test(
    "is limited by the options of the store",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { store } = yield* Stores.open(url, { limits: { eventData: 10, commit: 20 } })
      const append = (...data: ReadonlyArray<string>) =>
        Effect.flip(store.commit({
          writes: [{
            stream: Stores.freshStream(),
            expected: { _tag: "Any" },
            events: data.map((data) => Stores.event({ data }))
          }]
        }))
      expect(yield* append("123456789")).toMatchObject({ _tag: "InvalidInput", field: "writes[0].events[0].data" })
      expect(yield* append("12345678", "12345678")).toMatchObject({ _tag: "InvalidInput", field: "writes" })
    }))
  )

  test(
    "by SQL is refused with the same message by every function",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      const tooLong = `jsonb_build_array(repeat('x', 8388605))`
      const refusals = yield* Effect.forEach([
        `refold.append_event('thing-sql', 'Happened', ${tooLong})`,
        `refold.append_event('thing-sql', 'Happened', '{}', metadata => jsonb_build_object('a', repeat('x', 1048570)))`,
        `refold.commit_events(jsonb_build_array(jsonb_build_object('stream', 'thing-sql', 'events',
          jsonb_build_array(jsonb_build_object('type', 'Happened', 'data', ${tooLong})))))`,
        `refold.commit_events(jsonb_build_array(jsonb_build_object('stream', 'thing-sql', 'events', (
          SELECT jsonb_agg(jsonb_build_object('type', 'Happened', 'data', repeat('x', 8388000))) FROM generate_series(1, 5)))))`
      ], (call) => Effect.flip(sql.unsafe(`SELECT ${call}`)))
      expect(refusals.map(({ reason: { cause } }) => (cause as Error).message)).toEqual([
        "data must not be longer than 8388608 bytes as JSON text",
        "metadata must not be longer than 1048576 bytes as JSON text",
        "writes[0].events[0].data must not be longer than 8388608 bytes as JSON text",
        "writes must not have more than 33554432 bytes of data and metadata as JSON text"
      ])
      const inner = yield* Effect.flip(sql.unsafe(
        `INSERT INTO refold.event_store
          (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
        VALUES ('thing-sql', 1, gen_random_uuid(), 'Happened', 1, jsonb_build_array(repeat('x', 10000000)), '{}', '2020-01-01', now())`
      ))
      expect((inner.reason.cause as Error).message).toContain("event_store_size")
    }))
  )
})

describe("a page", () => {
  test(
    "ends with the event that reaches 8 MiB, and the next one begins after it",
    run(Effect.gen(function*() {
      const { store, url } = yield* Stores.Database
      const proxy = yield* Proxy.start(url)
      const behind = yield* Stores.open(proxy.url, { migrate: false })
      const stream = Stores.freshStream("large")
      const ids: Array<string> = []
      for (let n = 0; n < 12; n++) {
        const event = Stores.event({ data: text(4) })
        ids.push(event.id)
        yield* store.append(stream, [event])
      }
      const before = proxy.received()
      const taken = yield* Stream.runCollect(Stream.take(behind.store.readStream(stream), 2))
      expect(taken.map(({ id }) => id)).toEqual(ids.slice(0, 2))
      expect(proxy.received() - before).toBeLessThan(13 * 1024 * 1024)
      expect((yield* Stores.readStream(behind.store, stream)).map(({ id }) => id)).toEqual(ids)
      expect(yield* Stores.readIds(behind.store, { categories: ["large"] })).toEqual(ids)
      expect(yield* Stores.readIds(behind.store, { categories: ["large"], limit: 7 })).toEqual(ids.slice(0, 7))
    }))
  )
})

describe("an event that the client cannot read", () => {
  test(
    "makes each read fail without retries, with an error that names it, after the events before it",
    run(Effect.gen(function*() {
      const { store, url } = yield* Stores.Database
      const stream = Stores.freshStream("unread")
      for (let n = 0; n < 30; n++) yield* store.append(stream, [Stores.event()])
      const large = Stores.event({ data: text(2) })
      const { position } = yield* store.append(stream, [large])
      yield* store.append(stream, [Stores.event()])
      const own = yield* limited(url, 1024 * 1024)
      const filter = { categories: ["unread"] }
      const reads = [own.store.readStream(stream), own.store.readAll(filter), own.reader.subscribe(filter)]
      for (const read of reads) {
        const seen: Array<number> = []
        const error = yield* Effect.flip(
          Stream.runForEach(read, ({ version }) => Effect.sync(() => seen.push(version)))
        )
        expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
        expect(error).toBeInstanceOf(EventStoreError)
        expect(error).toMatchObject({ isPermanent: true, cause: { stream, version: 31, id: large.id, position } })
      }
      const found = yield* Effect.flip(own.store.findEvent(large.id))
      expect((found as EventStoreError).cause).toBeInstanceOf(UnreadableEvent)
      expect(found.message).toBe(
        `find event failed: event 31 of stream "${stream}" (id ${large.id}, position ${position}) cannot be read: ` +
          `${
            /Message length \d+/.exec(found.message)?.[0]
          } exceeds maxMessageSize 1048576 (raise maxMessageSize of the client)`
      )
    }))
  )
})
