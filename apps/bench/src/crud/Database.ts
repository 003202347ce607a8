/** The PostgreSQL of the comparison, and its properties that explain the figures. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Embedded from "@refold/postgres/embedded/Embedded"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"

/** A database to compare on. */
export interface Database {
  readonly name: string
  /** Whether clients can be in it at the same time, so that they can race. */
  readonly isServer: boolean
}

/** The server at `url`, with a connection for each client; without one, a PostgreSQL inside this process. */
export const fromUrl = (url: string | undefined, clients: number) =>
  url === undefined || url === ""
    ? { database: { name: "an embedded PostgreSQL", isServer: false }, layer: Embedded.layer() }
    : {
      database: { name: "the PostgreSQL at DATABASE_URL", isServer: true },
      layer: PgClient.layer({ url: Redacted.make(url), maxConnections: clients, applicationName: "crud" })
    }

/** The server's version, like `18.4`. */
export const version: Effect.Effect<string, SqlError.SqlError, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ server_version: string }>`SHOW server_version`
  return rows[0]?.server_version ?? "unknown"
})

/**
 * Waits until a session waits for a lock in this database. The embedded database has one session, so that none ever
 * waits for a lock.
 */
export const heldUp = (
  { isServer }: Database
): Effect.Effect<void, SqlError.SqlError | "NoneWaits", SqlClient.SqlClient> =>
  isServer ? Effect.flatMap(SqlClient.SqlClient, untilWaiting) : Effect.void

const untilWaiting = (sql: SqlClient.SqlClient) =>
  sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
    Effect.flatMap((rows) => rows.length > 0 ? Effect.void : Effect.fail("NoneWaits" as const)),
    Effect.retry({ schedule: Schedule.spaced("10 millis"), times: 3_000 })
  )

/** The size of a schema on disk, in bytes, after dead rows were vacuumed. */
export const sizeOf = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = ${schema}`
  for (const { name } of tables) yield* sql`VACUUM ${sql(`${schema}.${name}`)}`
  const rows = yield* sql<{ bytes: bigint }>`SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = ${schema}::regnamespace`
  return Number(rows[0]?.bytes ?? 0)
})
