// An event in the stream of a process's instance is unreadable, because the owner has changed the table: the process
// continues with its other instances.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { EventStore } from "@refold/store/log/EventStore"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Stores from "../support/Stores.ts"

const saga = Transfers.make("moves", { confirmedByAnswer: true })
const handlers = [ProcessHandler.of(Sample.aggregate), ProcessHandler.of(Transfers.aggregate)]

const run =
  <E>(body: Effect.Effect<void, E, ProcessRunner.Services | EventStore | PgClient.PgClient | Scope.Scope>) => () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      yield* Effect.provide(body, PostgresStore.layer({ url: Redacted.make(url) }))
    })))

test(
  "an unreadable event in an instance's stream parks the streams for that instance, and the process continues with the others",
  run(Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    yield* sql`alter table refold.event_store drop constraint event_store_readable`
    yield* sql`
    insert into refold.event_store (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
    values ('moves-1', 1, gen_random_uuid(), 'Any', 1, '{}', '{}', 'infinity', now())`
    yield* CommandHandler.make(Sample.aggregate)("a", { _tag: "Add", coins: 10, notes: [] })
    for (const id of ["1", "2"]) {
      yield* CommandHandler.make(Transfers.aggregate)(id, { _tag: "Request", from: "a", to: "b", coins: 4 })
    }
    yield* ProcessRunner.catchUp(saga, { handlers, commandAttempts: 1 })
    expect((yield* ProcessInstances.get(saga, "2")).state.pending.phase).toBe("Succeeded")
    const parked = yield* Parked.list(ProcessRunner.observer(saga))
    expect(parked.map(({ reason, stage, stream }) => [stream, stage, reason])).toEqual([
      [`${Transfers.aggregate.category}-1`, "Row", expect.stringContaining("event 1 of stream \"moves-1\"")]
    ])
  }))
)

const Opened = EventType.make("Opened", Schema.Struct({}))
const Paid = EventType.make("Paid", Schema.Struct({ note: Schema.String }))

/** A process that observes these events. */
const observing = (types: Parameters<typeof EventCodec.makeUnsafe>[0]) =>
  Process.makeUnsafe<{ readonly _tag: string }, number>({
    name: "counting",
    events: EventCodec.makeUnsafe(types),
    correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
    initialState: 0,
    evolve: (count) => count + 1,
    react: () => [],
    targets: []
  })

test(
  "an event of an added type larger than the client's message limit parks its stream",
  run(Effect.gen(function*() {
    const store = yield* EventStore
    const client = yield* PgClient.PgClient
    const append = (id: string, type: string, data: NewEvent["data"]) =>
      store.append(Stores.streamName(`bill-${id}`), [Stores.event({ type, data })])
    yield* append("1", "Paid", { note: "x".repeat(2 * 1024 * 1024) })
    yield* append("2", "Paid", { note: "small" })
    yield* append("2", "Opened", {})
    const limited = Layer.provideMerge(
      PostgresStore.layerClient({ migrate: false }),
      PgClient.layer({ ...client.config, maxMessageSize: 1024 * 1024 })
    )
    yield* Effect.gen(function*() {
      yield* ProcessRunner.catchUp(observing([Opened]), { handlers: [] })
      const both = observing([Opened, Paid])
      yield* ProcessRunner.catchUp(both, { handlers: [] })
      const parked = yield* Parked.list(ProcessRunner.observer(both))
      expect(parked.map(({ stage, stream, type }) => [stream, type, stage])).toEqual([["bill-1", "Paid", "Event"]])
      expect((yield* ProcessInstances.history(both, "2")).length).toBe(2)
    }).pipe(Effect.provide(limited, { local: true }))
  }))
)

test(
  "an instance whose stream has an event larger than the client's message limit parks the streams for it",
  run(Effect.gen(function*() {
    const store = yield* EventStore
    const client = yield* PgClient.PgClient
    const counting = observing([Opened])
    yield* store.append(Stores.streamName("counting-1"), [Stores.event({ data: "x".repeat(2 * 1024 * 1024) })])
    for (const id of ["1", "2", "3"]) {
      yield* store.append(Stores.streamName(`bill-${id}`), [Stores.event({ type: "Opened" })])
    }
    const limited = Layer.provideMerge(
      PostgresStore.layerClient({ migrate: false }),
      PgClient.layer({ ...client.config, maxMessageSize: 1024 * 1024 })
    )
    yield* Effect.gen(function*() {
      yield* ProcessRunner.catchUp(counting, { handlers: [] })
      const parked = yield* Parked.list(ProcessRunner.observer(counting))
      expect(parked.map(({ reason, stream }) => [stream, reason])).toEqual([
        ["bill-1", expect.stringContaining("the stream of its instance, \"counting-1\", cannot be read")]
      ])
      for (const id of ["2", "3"]) expect((yield* ProcessInstances.history(counting, id)).length).toBe(1)
    }).pipe(Effect.provide(limited, { local: true }))
  }))
)
