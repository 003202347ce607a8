/**
 * A projection into its own tables: a handler writes them in SQL, in the same transaction as the checkpoint, so that each
 * event is applied exactly once. Use it if a projection of rows is not enough: joins, aggregates over rows, tables of other
 * schemas.
 */
import type { EventCodec } from "@refold/core/event/EventCodec"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { StreamName } from "@refold/core/event/StreamName"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Projection from "@refold/core/project/Projection"
import { prepare, type Prepared } from "@refold/core/project/ProjectionFold"
import type { Outcome, ProjectionTarget } from "@refold/store/internal/project/ProjectionTarget"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import type { DefinitionMismatch } from "@refold/store/project/ProjectionError"
import type { NoRows } from "@refold/store/project/ReadModelStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../schema/internal/Database.ts"
import * as EventHandler from "./internal/EventHandler.ts"
import { ProjectionTables } from "./ProjectionTables.ts"

type Tagged = { readonly _tag: string }

/** The definition of a projection into tables. Name tables without a schema: each generation has a schema of its own. */
export interface Definition<Event extends Tagged> {
  /** Unique among all projections of the store. */
  readonly name: string
  /**
   * Raise it whenever `events` (its stored event types), `categories`, `setup` or `handle` change: new tables are then built
   * beside the old ones. Other event types or categories under the same version are refused with `DefinitionMismatch`; changed
   * functions are not detected.
   */
  readonly version: number
  /** Decodes the events; all other types are skipped. */
  readonly events: EventCodec<Event>
  readonly categories?: ReadonlyArray<string> | undefined
  /** Creates the empty tables, with their indexes, functions and SQL views. */
  readonly setup: Effect.Effect<unknown, SqlError.SqlError, SqlClient.SqlClient>
  /**
   * Applies an event to the tables. Events arrive in the order of the log. If the handler fails, its changes are rolled back and
   * the stream is parked. All domain events of a stored event whose type is split succeed or fail together. Statements that end
   * the transaction or change the `search_path` are refused. Effects outside of the database may run more than once.
   */
  readonly handle: (event: Event, envelope: Projection.Envelope) => Effect.Effect<unknown, unknown, SqlClient.SqlClient>
  /** A handler that takes longer fails; 3 seconds by default, and at most 4/5 of the store's `ownerIdleTimeout`. */
  readonly timeout?: Duration.Input | undefined
}

/** A projection into tables; `Projector` and `ReadModel` run, rebuild and await it like any other projection. */
export interface SqlProjection extends ProjectionTarget {
  /**
   * Runs queries on the live tables, named without a schema, in one transaction. If a rebuild is promoted meanwhile,
   * all of them read the tables that were live at the start. Code of a replaced version reads its last tables for an hour.
   */
  readonly read: <A, E, R>(
    queries: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NoRows | DefinitionMismatch | EventStoreError, Exclude<R, SqlClient.SqlClient>>
}

/** A projection on the store in scope. Fails with an `InvalidInput` that names the part of the definition that breaks a rule. */
export const make = Effect.fnUntraced(function*<Event extends Tagged>(
  { handle, timeout: requested = "3 seconds", setup, ...definition }: Definition<Event>
): Effect.fn.Return<SqlProjection, InvalidInput, SqlClient.SqlClient | ProjectionTables> {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* ProjectionTables
  const shape = yield* Effect.fromResult(Projection.make({ ...definition, ...withoutRows }))
  const timeout = yield* Effect.fromResult(checkTimeout(requested))
  const { categories, name, types, version } = shape
  const stored = {
    name,
    version,
    definition: StoredDefinition.render({ kind: "tables", types, categories, indexes: [] })
  }
  const handleOne = (one: Prepared<Event>, timeout: number) => {
    const handler = Effect.forEach(one.parts, ({ event }) => handle(event, one.envelope), { discard: true })
    return EventHandler.run(Effect.provideService(handler, SqlClient.SqlClient, sql), name, one, timeout)
  }
  return {
    ...stored,
    types,
    categories,
    checkVersion: shape.events.checkVersion,
    // A handler may write rows of several streams.
    isKeyedByStream: false,
    indexes: [],
    setup: Effect.mapError(
      Effect.asVoid(Effect.provideService(setup, SqlClient.SqlClient, sql)),
      (error) => new EventStoreError({ operation: `set up projection "${name}"`, cause: Database.explain(error) })
    ),
    fold: Effect.fnUntraced(function*(_, events, waiting) {
      const { fromWire } = yield* WireTransform
      const batch = (yield* fromWire(events)).map((event) => prepare(shape, event))
      const together = tables.handling(
        { timeout, aborted: batchFailed },
        (timeout) =>
          handleAll(
            batch,
            waiting,
            (one) => Effect.catchTag(handleOne(one, timeout), "PoisonedEvent", () => Effect.fail(batchFailed))
          )
      )
      // Each event after its own savepoint.
      const oneByOne = handleAll(
        batch,
        waiting,
        (one) =>
          tables.handling(
            { timeout, aborted: EventHandler.aborted(name, one) },
            (timeout) => handleOne(one, timeout)
          )
      )
      return yield* batch.length === 0 ? oneByOne : Effect.catchTag(together, "BatchFailed", () => oneByOne)
    }),
    read: (queries) => tables.within(stored, Effect.provideService(queries, SqlClient.SqlClient, sql))
  }
})

// A projection without rows, so that the definition is checked and events are decoded as in every projection.
const withoutRows = {
  keys: () => [],
  state: Schema.Null,
  initialState: null,
  evolve: () => null
}

const checkTimeout = (timeout: Duration.Input): Result.Result<number, InvalidInput> => {
  const millis = Option.match(Duration.fromInput(timeout), { onNone: () => 0, onSome: Duration.toMillis })
  return millis > 0
    ? Result.succeed(Math.min(millis, maxTimeout))
    : Result.fail(new InvalidInput({ field: "timeout", rule: "must be longer than 0" }))
}

// The maximum of PostgreSQL's timeouts.
const maxTimeout = 2_147_483_647

// The first failure of a handler while the events of a batch share one savepoint.
const batchFailed = { _tag: "BatchFailed" } as const

/** Handles the events in order, except those of parked streams and those that follow a poisoned event in its stream. */
const handleAll = Effect.fnUntraced(function*<Event, E>(
  batch: ReadonlyArray<Result.Result<Prepared<Event>, PoisonedEvent>>,
  parked: ReadonlySet<StreamName>,
  handle: (one: Prepared<Event>) => Effect.Effect<unknown, PoisonedEvent | E>
): Effect.fn.Return<Outcome, E> {
  const waiting = new Set(parked)
  const poisoned: Array<PoisonedEvent> = []
  let folded = 0
  for (const prepared of batch) {
    const { stream } = Result.isSuccess(prepared) ? prepared.success.envelope : prepared.failure
    if (waiting.has(stream)) continue
    const handled = Result.isSuccess(prepared) ? yield* Effect.result(handle(prepared.success)) : prepared
    if (Result.isSuccess(handled)) {
      folded++
    } else if (handled.failure instanceof PoisonedEvent) {
      poisoned.push(handled.failure)
      waiting.add(stream)
    } else {
      return yield* Effect.fail(handled.failure)
    }
  }
  return { rows: [], removed: [], keepsNewer: false, poisoned, folded }
})
