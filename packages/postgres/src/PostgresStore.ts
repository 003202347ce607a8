/** The PostgreSQL adapter: the same SQL through the same driver on a server or on the embedded database. */
import type * as PgClient from "@effect/sql-pg/PgClient"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import { Maintenance } from "@refold/store/maintain/Maintenance"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as SnapshotStoreAdapter from "./decide/internal/SnapshotStoreAdapter.ts"
import type * as Embedded from "./embedded/Embedded.ts"
import * as AppendQueue from "./log/internal/AppendQueue.ts"
import * as EventStoreAdapter from "./log/internal/EventStoreAdapter.ts"
import * as LogBrowserAdapter from "./log/internal/LogBrowserAdapter.ts"
import * as OpenStore from "./log/internal/OpenStore.ts"
import * as MaintenanceAdapter from "./maintain/internal/MaintenanceAdapter.ts"
import * as InlineRows from "./project/internal/InlineRows.ts"
import * as ProjectionTablesAdapter from "./project/internal/ProjectionTablesAdapter.ts"
import * as ReadModelStoreAdapter from "./project/internal/ReadModelStoreAdapter.ts"
import { ProjectionTables } from "./project/ProjectionTables.ts"
import * as Database from "./schema/internal/Database.ts"
import * as ServerClient from "./schema/internal/ServerClient.ts"
import type { StoreOptions } from "./schema/internal/StoreOptions.ts"
import * as StoreSchema from "./schema/internal/StoreSchema.ts"
import * as TimeLimits from "./schema/internal/TimeLimits.ts"

export { AppendQueueFull } from "./log/AppendQueueFull.ts"
export { type GrantOptions, grants, type RoleKind } from "./schema/internal/Grants.ts"
export type { PoolOptions } from "./schema/internal/ServerClient.ts"
export type { AppendQueueOptions, StoreOptions } from "./schema/internal/StoreOptions.ts"

/** What the adapter provides: the ports, and the client, for transactions of the caller that appends join. */
export type Services = StoreServices | PgClient.PgClient | SqlClient.SqlClient

/** The ports. */
export type StoreServices =
  | EventStore.EventStore
  | EventReader
  | LogBrowser
  | SnapshotStore
  | ReadModelStore
  | ProjectionTables
  | Maintenance

/** Options of a store on the application's own client. */
export interface ClientOptions extends StoreOptions {
  /**
   * Whether to announce appends to other processes by NOTIFY and to LISTEN for theirs; true by default. Not possible
   * behind a pooler that shares connections between transactions. While the log is followed, listening takes one
   * additional connection, for all stores on that client.
   */
  readonly notify?: boolean | undefined
}

/**
 * A server and the options of its connections. The sessions of the pool are READ COMMITTED regardless of the default of the
 * role, the database or the url. Behind a pooler only the store's own statements and transactions are READ COMMITTED.
 */
export interface ServerOptions extends StoreOptions, ServerClient.PoolOptions {
  /**
   * `postgres://user:password@host:port/database`, with percent-encoded parts. Parameters: `sslmode`, `application_name`,
   * `options`, `connect_timeout`, and `host`, `port`, `user`, `password` and `dbname`; any other one is refused.
   */
  readonly url: Redacted.Redacted
}

/**
 * A store on a PostgreSQL server, version 15 or later. Fails with `EventStoreError` if the server cannot be reached
 * or the schema cannot be migrated, and with `InvalidInput` if the url is malformed. No error contains the url.
 */
export const layer = (
  options: ServerOptions
): Layer.Layer<Services, InvalidInput | EventStoreError | SqlError.SqlError> =>
  Layer.provideMerge(layerClient({ ...options, notify: options.pooler !== true }), ServerClient.layer(options))

/**
 * A store on the embedded PostgreSQL (PGlite): in memory, or in a folder. For trying out, tests and single-process
 * apps; see `Embedded` for its limits.
 */
export const layerEmbedded = (
  { dataDir, ...store }: Embedded.Options & StoreOptions = {}
): Layer.Layer<Services, InvalidInput | EventStoreError | Embedded.EmbeddedUnavailable | SqlError.SqlError> =>
  // No other process can reach that database.
  Layer.provideMerge(
    layerOn({ queryTimeout: Duration.infinity, ...store, notify: false }, true),
    Layer.unwrap(Effect.map(
      // Loaded only if it is used.
      Effect.promise(() => import("./embedded/Embedded.ts")),
      ({ layer }) => layer(dataDir === undefined ? {} : { dataDir })
    ))
  )

/**
 * Creates or updates the schema of a store, and repairs a position counter that is behind its log: for a step of a
 * deployment, run as the future owner of the schema. Does nothing if the schema is up to date.
 */
export const migrate = (
  { schema = "refold", ...limits }: Pick<StoreOptions, "schema" | "queryTimeout"> = {}
): Effect.Effect<void, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Effect.gen(function*() {
    const checked = yield* Effect.fromResult(StoreSchema.parse(schema))
    const times = yield* Effect.fromResult(TimeLimits.resolve(limits))
    const database = yield* Database.make(checked, times)
    yield* OpenStore.open(database, { migrate: true, isEmbedded: false })
  })

/** A store on the application's own client. */
export const layerClient = (
  options: ClientOptions = {}
): Layer.Layer<StoreServices, InvalidInput | EventStoreError, SqlClient.SqlClient> => layerOn(options, false)

const layerOn = (
  {
    appendQueue = {},
    limits,
    ownerIdleTimeout = "10 seconds",
    migrate = true,
    notify = true,
    pollInterval = "200 millis",
    schema = "refold",
    ...times
  }: ClientOptions,
  isEmbedded: boolean
): Layer.Layer<StoreServices, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Layer.effectContext(Effect.gen(function*() {
    const checked = yield* Effect.fromResult(StoreSchema.parse(schema))
    const plain = yield* Database.make(checked, yield* Effect.fromResult(TimeLimits.resolve(times)))
    const sizes = yield* Effect.fromResult(SizeLimits.make(limits))
    const queue = yield* Effect.fromResult(AppendQueue.resolve(appendQueue))
    const database = yield* OpenStore.open(plain, { migrate, isEmbedded })
    const withInlineRows = InlineRows.withInlineRows(database)
    const eventStore = yield* EventStoreAdapter.make(database, {
      schema,
      notify,
      pollInterval,
      limits: sizes,
      withInlineRows,
      appendQueue: queue
    })
    return EventStore.context(eventStore).pipe(
      Context.add(LogBrowser, LogBrowserAdapter.make(database, eventStore.logHead)),
      Context.add(SnapshotStore, SnapshotStoreAdapter.make(database)),
      Context.add(
        ReadModelStore,
        ReadModelStoreAdapter.make(database, { ownerIdleTimeout, hasOneSession: isEmbedded })
      ),
      Context.add(ProjectionTables, ProjectionTablesAdapter.make(database)),
      Context.add(Maintenance, MaintenanceAdapter.make(database, { limits: sizes, hasOneSession: isEmbedded }))
    )
  }))
