/** The PostgreSQL adapter with promises: a store on a server or on the embedded database. */
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import type { CallOptions } from "@refold/store/internal/promise/PromiseHandler"
import type { Store } from "@refold/store/internal/promise/PromiseStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Embedded from "./embedded/Embedded.ts"
import * as PostgresStore from "./PostgresStore.ts"
import type { ProjectionTables } from "./project/ProjectionTables.ts"
import * as ServerClient from "./schema/internal/ServerClient.ts"

export { Refused } from "@refold/store/internal/decide/Refused"
export type { Attempt } from "@refold/store/internal/promise/Calls"
export type {
  CallOptions,
  CommandFailure,
  CommandOptions,
  Handler
} from "@refold/store/internal/promise/PromiseHandler"
export type { Page, Rows } from "@refold/store/internal/promise/PromiseRows"
export type {
  LoadOptions,
  Services,
  Store,
  SubscribeOptions,
  TogetherOptions
} from "@refold/store/internal/promise/PromiseStore"
export type { Running } from "@refold/store/internal/promise/Running"
export { Aborted, type CallFailure, StoreClosed, UnexpectedError } from "@refold/store/internal/promise/StoreErrors"

/** The services of the adapter besides the ports, for `effect`, `SqlProjection` and `SqlSchema`. */
export type PostgresServices = PgClient.PgClient | SqlClient.SqlClient | ProjectionTables

/** The options of a store on a server; see `PostgresStore.ServerOptions`. */
export interface PostgresOptions extends Omit<PostgresStore.ServerOptions, "url">, CallOptions {}

/** The options of a migration. */
export interface MigrateOptions
  extends Pick<PostgresStore.StoreOptions, "schema" | "queryTimeout">, PostgresStore.PoolOptions, CallOptions
{}

/** The options of an embedded store; see `PostgresStore.layerEmbedded`. */
export interface EmbeddedOptions extends Embedded.Options, PostgresStore.StoreOptions, CallOptions {}

/**
 * Opens a store on a PostgreSQL server, version 15 or later; its schema is created or updated unless `migrate` is false.
 * Rejects with `InvalidInput`, `EventStoreError` or `SqlError`, none of which contains the url.
 */
export const openPostgres = (
  url: string,
  { signal, ...options }: PostgresOptions = {}
): Promise<Store<PostgresServices>> =>
  OpenStore.open(PostgresStore.layer({ ...options, url: Redacted.make(url) }), { signal })

/** Opens a store on the embedded PostgreSQL (PGlite), in memory or in a folder. Rejects with `EmbeddedUnavailable`, too. */
export const openEmbedded = ({ signal, ...options }: EmbeddedOptions = {}): Promise<Store<PostgresServices>> =>
  OpenStore.open(PostgresStore.layerEmbedded(options), { signal })

/**
 * Creates or updates the schema of a store, and closes the connection: for a step of a deployment, run as the future owner of
 * the schema. See `PostgresStore.migrate`.
 */
export const migrate = (url: string, { signal, ...options }: MigrateOptions = {}): Promise<void> =>
  OpenStore.run(
    Effect.provide(PostgresStore.migrate(options), ServerClient.layer({ ...options, url: Redacted.make(url) })),
    { signal }
  )
