/** The PostgreSQL adapter: the same SQL through the same driver on a server or on the embedded database. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { InvalidInput } from "@refold/core/InvalidInput"
import * as EventStore from "@refold/store/EventStore"
import type { EventStoreError } from "@refold/store/EventStoreError"
import { SnapshotStore } from "@refold/store/SnapshotStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Embedded from "./Embedded.ts"
import { append, findAppended } from "./internal/Append.ts"
import * as Database from "./internal/Database.ts"
import * as Migrations from "./internal/Migrations.ts"
import * as Read from "./internal/Read.ts"
import * as SnapshotRows from "./internal/SnapshotRows.ts"

/** What the adapter provides: the ports, and the client for transactions of your own, which appends then join. */
export type Services = EventStore.EventStore | SnapshotStore | PgClient.PgClient | SqlClient.SqlClient

/** Where in the database the store lives. */
export interface StoreOptions {
  /** The schema of the store's tables, `refold` by default: small letters, digits and `_`, at most 63, not `pg_…`. */
  readonly schema?: string | undefined
  /** Whether to create or update the schema at the start; true by default. Needs a role that may. */
  readonly migrate?: boolean | undefined
}

/** A server and how to talk to it. */
export interface ServerOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: Redacted.Redacted
  /** The most connections of the pool, 10 by default. */
  readonly maxConnections?: number | undefined
  /** Set where a pooler shares connections between transactions: no named prepared statements then. */
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
    layerClient(store),
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
  Layer.provideMerge(layerClient(store), Embedded.layer(dataDir === undefined ? {} : { dataDir }))

/** A store on a client of your own. */
export const layerClient = (
  { migrate = true, schema = "refold" }: StoreOptions = {}
): Layer.Layer<EventStore.EventStore | SnapshotStore, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Layer.effectContext(Effect.gen(function*() {
    const database = yield* Database.make(yield* Effect.fromResult(checkSchema(schema)))
    if (migrate) yield* Migrations.run(database, schema)
    return Context.make(EventStore.EventStore, eventStore(database)).pipe(
      Context.add(SnapshotStore, SnapshotRows.make(database))
    )
  }))

// The most that jsonb itself can hold in one value.
const maxMessageSize = 256 * 1024 * 1024

const eventStore = (database: Database.Database): EventStore.EventStore["Service"] =>
  EventStore.fromAdapter({
    commit: (commit) => append(database, commit),
    findAppended: (idempotency) => findAppended(database, idempotency),
    readStream: (stream, options) => Read.readStream(database, stream, options),
    readAll: (options) => Read.readAll(database, options),
    head: Read.readHead(database)
  })

const checkSchema = (schema: string): Result.Result<string, InvalidInput> =>
  /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(schema)
    ? Result.succeed(schema)
    : Result.fail(
      new InvalidInput({ field: "schema", rule: "must be small letters, digits and _, at most 63, and not pg_…" })
    )
