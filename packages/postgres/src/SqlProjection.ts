/**
 * A projection into tables of your own: a handler writes them in SQL, in the same transaction as the checkpoint, so that
 * each event is in them exactly once. For what rows cannot do: joins, aggregates over rows, other schemas' tables.
 */
import type { EventCodec } from "@refold/core/event/EventCodec"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Projection from "@refold/core/project/Projection"
import { PoisonedEvent, prepare, type Prepared } from "@refold/core/project/ProjectionFold"
import type { Outcome, ProjectionTarget } from "@refold/store/internal/project/ProjectionTarget"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import type { NoRows } from "@refold/store/project/ReadModelStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "./internal/Database.ts"
import * as Handler from "./internal/Handler.ts"
import { ProjectionTables } from "./ProjectionTables.ts"

type Tagged = { readonly _tag: string }

/** What such a projection is made of. Tables are meant by their bare names: each filling has a schema of its own. */
export interface Definition<Event extends Tagged> {
  /** As those of other projections, and unique among them. */
  readonly name: string
  /** Raise it whenever `setup` or `handle` change: new tables are then filled beside the old ones. */
  readonly version: number
  /** Reads the events; all other types are passed by. */
  readonly events: EventCodec<Event>
  readonly categories?: ReadonlyArray<string> | undefined
  /** Makes the tables, empty, and whatever else is to be there by a bare name: indexes, functions, SQL views. */
  readonly setup: Effect.Effect<unknown, SqlError.SqlError, SqlClient.SqlClient>
  /**
   * Writes what an event means. Events come in the order of the log; an event that fails leaves nothing and is parked
   * with its stream. Statements that end the transaction, or make bare names mean something else, are refused; what is
   * done outside of the database may be done more than once.
   */
  readonly handle: (event: Event, envelope: Projection.Envelope) => Effect.Effect<unknown, unknown, SqlClient.SqlClient>
  /** A handler that takes longer has failed; 3 seconds by default, and never more than 4/5 of `frozenAfter`. */
  readonly patience?: Duration.Input | undefined
}

/** A projection into tables, to be run by `Projector.run` and rebuilt, awaited, parked and watched as any other. */
export interface SqlProjection extends ProjectionTarget {
  /**
   * Runs queries on the live tables, by their bare names, in one transaction. Where a rebuild is swapped in meanwhile,
   * all of them still read the tables that were live at the start.
   */
  readonly read: <A, E, R>(
    queries: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NoRows | EventStoreError, Exclude<R, SqlClient.SqlClient>>
}

/** A projection on the store in scope, or `InvalidInput` naming the part of the definition that breaks a rule. */
export const make = Effect.fnUntraced(function*<Event extends Tagged>(
  { handle, patience: asked = "3 seconds", setup, ...definition }: Definition<Event>
): Effect.fn.Return<SqlProjection, InvalidInput, SqlClient.SqlClient | ProjectionTables> {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* ProjectionTables
  const shape = yield* Effect.fromResult(Projection.make({ ...definition, ...withoutRows }))
  const patience = yield* Effect.fromResult(checkPatience(asked))
  const { name } = shape
  const handleOne = (one: Prepared<Event>, patience: number) => {
    const handler = Effect.suspend(() => handle(one.event, one.envelope))
    return Handler.run(Effect.provideService(handler, SqlClient.SqlClient, sql), name, one, patience)
  }
  return {
    name,
    version: shape.version,
    types: shape.types,
    categories: shape.categories,
    indexes: [],
    setup: Effect.mapError(
      Effect.asVoid(Effect.provideService(setup, SqlClient.SqlClient, sql)),
      (error) => new EventStoreError({ operation: `set up projection "${name}"`, cause: Database.explain(error) })
    ),
    fold: Effect.fnUntraced(function*(_, events, waiting) {
      const { fromWire } = yield* WireTransform
      const batch = (yield* fromWire(events)).map((event) => prepare(shape, event))
      const together = tables.handling(
        { patience, spoiled: notTogether },
        (patience) =>
          handleAll(
            batch,
            waiting,
            (one) => Effect.catchTag(handleOne(one, patience), "PoisonedEvent", () => Effect.fail(notTogether))
          )
      )
      // Each with a savepoint of its own to go back to.
      const oneByOne = handleAll(
        batch,
        waiting,
        (one) =>
          tables.handling({ patience, spoiled: Handler.spoiled(name, one) }, (patience) => handleOne(one, patience))
      )
      return yield* batch.length === 0 ? oneByOne : Effect.catchTag(together, "NotTogether", () => oneByOne)
    }),
    read: (queries) => tables.within(name, Effect.provideService(queries, SqlClient.SqlClient, sql))
  }
})

// As a projection without rows, the definition is checked and events are decoded as everybody else's.
const withoutRows = {
  keys: () => [],
  state: Schema.Null,
  initialState: null,
  evolve: () => null
}

const checkPatience = (patience: Duration.Input): Result.Result<number, InvalidInput> => {
  const millis = Option.match(Duration.fromInput(patience), { onNone: () => 0, onSome: Duration.toMillis })
  return millis > 0
    ? Result.succeed(Math.min(millis, maxPatience))
    : Result.fail(new InvalidInput({ field: "patience", rule: "must be longer than 0" }))
}

// As long as PostgreSQL can wait.
const maxPatience = 2_147_483_647

// The first failure of a handler, while all events of a batch are handled together.
const notTogether = { _tag: "NotTogether" } as const

/** Handles the events in order, except those of waiting streams and those of a stream after a poisoned one. */
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
