// A row is unreadable, because the owner has changed the table: each read names it, and projections park its stream.
import * as PgClient from "@effect/sql-pg/PgClient"
import { EventReader } from "@refold/store/log/EventReader"
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Stores from "../support/Stores.ts"
import { tally } from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const stream = Stores.streamName("tally-bad")
const other = Stores.streamName("tally-other")

/** Three events of two streams around an unreadable one, and the client's services. */
const withBadEvent = Effect.fnUntraced(function*(opened: Stores.Opened, spoil: Effect.Effect<unknown, unknown>) {
  const { store } = opened
  yield* store.append(stream, [Ticks.tick(1)])
  yield* store.append(other, [Ticks.tick(1)])
  yield* spoil
  yield* store.append(stream, [Ticks.tick(3)])
  yield* store.append(other, [Ticks.tick(2)])
})

/** The state of the projection: the counts of both streams, and the parked streams. */
const shown = Effect.fnUntraced(function*() {
  yield* Projector.catchUp(tally())
  const models = yield* ReadModelStore
  const { generation, rows } = yield* models.read(tally(), { _tag: "Keys", keys: [stream, other] })
  return {
    counts: Object.fromEntries(rows.map(({ key, state }) => [key, (state as { count: number }).count])),
    parked: (yield* models.listParked(generation.id)).map((one) => [one.stream, one.version, one.type, one.stage])
  }
})

/** That state while the stream is parked, after a rebuild, after the event is discarded, and after another rebuild. */
const course = Effect.fnUntraced(function*() {
  const parked = yield* shown()
  yield* Stream.runDrain(Rebuild.rebuild(tally()))
  const rebuilt = yield* shown()
  yield* Parked.discard(tally(), stream, "it cannot be read")
  const discarded = yield* shown()
  yield* Stream.runDrain(Rebuild.rebuild(tally()))
  return { parked, rebuilt, discarded, rebuiltAgain: yield* shown() }
})

const whileParked = { counts: { [stream]: 1, [other]: 2 }, parked: [[stream, 2, "Ticked", "Event"]] }
const afterwards = { counts: { [stream]: 2, [other]: 2 }, parked: [] }
const expected = { parked: whileParked, rebuilt: whileParked, discarded: afterwards, rebuiltAgain: afterwards }

test(
  "each read names a row whose time no Date can hold, and a projection parks its stream until the event is discarded",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const { reader, sql, store } = opened
      const bad = Ticks.tick(2)
      yield* withBadEvent(
        opened,
        Effect.gen(function*() {
          yield* sql`alter table refold.event_store drop constraint event_store_readable`
          yield* sql`
            insert into refold.event_store (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
            values (${stream}, 2, ${bad.id}::uuid, 'Ticked', 1, '{"n": 2}', '{}', 'infinity', now())`
        })
      )
      const reads = [
        [store.readStream(stream), [1]],
        [store.readAll({ categories: ["tally"] }), [1, 1]],
        [reader.subscribe(), [1, 1]]
      ] as const
      for (const [read, before] of reads) {
        const seen: Array<number> = []
        const error = yield* Effect.flip(
          Stream.runForEach(read, ({ version }) => Effect.sync(() => seen.push(version)))
        )
        expect(seen).toEqual(before)
        expect(error).toMatchObject({
          isPermanent: true,
          cause: { _tag: "UnreadableEvent", stream, version: 2, id: bad.id }
        })
      }
      expect(yield* Effect.flip(store.findEvent(bad.id))).toMatchObject({
        cause: { _tag: "UnreadableEvent", version: 2 }
      })
      expect(yield* Effect.provideContext(course(), Ticks.services(opened))).toEqual(expected)
    })
  )
)

test(
  "a projection parks the stream of an event larger than the client's message limit, and its connection stays usable",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const large = Stores.event({
        type: "Ticked",
        data: { n: 2, more: "x".repeat(2 * 1024 * 1024) },
        occurredAt: DateTime.makeUnsafe(0)
      })
      yield* withBadEvent(opened, opened.store.append(stream, [large]))
      const limited = yield* Layer.build(Layer.provideMerge(
        PostgresStore.layerClient({ migrate: false }),
        PgClient.layer({ url: Redacted.make(opened.url), maxMessageSize: 1024 * 1024 })
      ))
      const services = Context.make(EventReader, Context.get(limited, EventReader)).pipe(
        Context.add(ReadModelStore, Context.get(limited, ReadModelStore))
      )
      expect(yield* Effect.provideContext(course(), services)).toEqual(expected)
    })
  )
)
