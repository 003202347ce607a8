/** The PostgreSQL adapter: the same SQL through the same driver on a server or on the embedded database. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Embedded from "./Embedded.ts"
import * as Adapter from "./internal/Adapter.ts"
import * as Database from "./internal/Database.ts"
import * as Migrations from "./internal/Migrations.ts"
import * as ReadModelRows from "./internal/ReadModelRows.ts"
import * as SnapshotRows from "./internal/SnapshotRows.ts"
import * as SqlFile from "./internal/SqlFile.ts"
import * as Tables from "./internal/Tables.ts"
import { ProjectionTables } from "./ProjectionTables.ts"

/** What the adapter provides: the ports, and the client for transactions of your own, which appends then join. */
export type Services = StoreServices | PgClient.PgClient | SqlClient.SqlClient

/** The ports. */
export type StoreServices = EventStore.EventStore | EventReader | SnapshotStore | ReadModelStore | ProjectionTables

/** Where in the database the store lives. */
export interface StoreOptions {
  /** The schema of the store's tables, `refold` by default: small letters, digits and `_`, at most 63, not `pg_…`. */
  readonly schema?: string | undefined
  /** Whether to create or update the schema at the start; true by default. Needs a role that may. */
  readonly migrate?: boolean | undefined
  /**
   * How often to look for events that no wake-up told of: those that others append by SQL, and all of other processes
   * where nobody notifies. 200 ms by default. A wake-up comes within milliseconds.
   */
  readonly pollEvery?: Duration.Input | undefined
  /**
   * A process that works on a projection's batch and stops answering in the middle (it is suspended, or its machine is
   * gone) loses the projection to another after so long; 10 seconds by default. Longer than the longest pause that a
   * handler of yours makes between two statements.
   */
  readonly frozenAfter?: Duration.Input | undefined
}

/** How to share the database with other processes. */
export interface ClientOptions extends StoreOptions {
  /**
   * Whether to tell other processes of appends by NOTIFY and to LISTEN for theirs; true by default. Not possible behind
   * a pooler that shares connections between transactions. Listening takes a connection beside the client's own, while
   * somebody follows the log.
   */
  readonly notify?: boolean | undefined
}

/** A server and how to talk to it. */
export interface ServerOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: Redacted.Redacted
  /** The most connections of the pool, 10 by default. One more listens while somebody follows the log. */
  readonly maxConnections?: number | undefined
  /** Set where a pooler shares connections between transactions: no named prepared statements and no LISTEN then. */
  readonly pooler?: boolean | undefined
}

/**
 * A store on a PostgreSQL server, version 15 or later. Fails with `EventStoreError` where the server cannot be reached
 * or the schema cannot be migrated, and with `SqlError` where the url makes no sense.
 */
export const layer = (
  { maxConnections = 10, pooler = false, url, ...store }: ServerOptions
): Layer.Layer<Services, InvalidInput | EventStoreError | SqlError.SqlError> =>
  Layer.provideMerge(
    layerClient({ ...store, notify: !pooler }),
    PgClient.layer({
      url,
      maxConnections,
      prepare: !pooler,
      applicationName: "refold",
      maxMessageSize,
      // So that a server that vanished without a word is noticed.
      keepAlive: "30 seconds"
    })
  )

/**
 * A store on the embedded PostgreSQL (PGlite): in memory, or in a folder. For trying out, tests and single-process
 * apps; see `Embedded` for its limits.
 */
export const layerEmbedded = (
  { dataDir, ...store }: Embedded.Options & StoreOptions = {}
): Layer.Layer<Services, InvalidInput | EventStoreError | Embedded.EmbeddedUnavailable | SqlError.SqlError> =>
  // Nobody else can reach that database.
  Layer.provideMerge(layerClient({ ...store, notify: false }), Embedded.layer(dataDir === undefined ? {} : { dataDir }))

/** A store on a client of your own. */
export const layerClient = (
  {
    frozenAfter = "10 seconds",
    migrate = true,
    notify = true,
    pollEvery = "200 millis",
    schema = "refold"
  }: ClientOptions = {}
): Layer.Layer<StoreServices, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Layer.effectContext(Effect.gen(function*() {
    const database = yield* Database.make(yield* Effect.fromResult(checkSchema(schema)))
    if (migrate) yield* Migrations.run(database, schema)
    return EventStore.context(yield* Adapter.make(database, { schema, notify, pollEvery })).pipe(
      Context.add(SnapshotStore, SnapshotRows.make(database)),
      Context.add(ReadModelStore, ReadModelRows.make(database, { frozenAfter })),
      Context.add(ProjectionTables, Tables.make(database))
    )
  }))

// The most that jsonb itself can hold in one value.
const maxMessageSize = 256 * 1024 * 1024

const checkSchema = (schema: string): Result.Result<string, InvalidInput> => {
  const problem = SqlFile.schemaProblem(schema)
  return problem === undefined
    ? Result.succeed(schema)
    : Result.fail(new InvalidInput({ field: "schema", rule: problem }))
}
