/** Diagnoses of the server, the schema and the role of a store. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Diagnosis from "@refold/store/maintain/Diagnosis"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import * as Isolation from "../../schema/internal/Isolation.ts"
import { migrationNames, migrationTable } from "../../schema/internal/MigrationNames.ts"
import * as MigrationState from "../../schema/internal/MigrationState.ts"
import * as Query from "../../schema/internal/Query.ts"
import * as PoolerProbe from "./PoolerProbe.ts"
import * as RoleRights from "./RoleRights.ts"

const operation = "check"

/** One diagnosis for each point. */
export const diagnoses = (
  database: Database,
  hasOneSession: boolean
): Effect.Effect<ReadonlyArray<Diagnosis.Diagnosis>, EventStoreError> =>
  Effect.gen(function*() {
    const before = yield* Clock.currentTimeMillis
    const [row] = yield* Query.query(database, operation, statement(database))
    const after = yield* Clock.currentTimeMillis
    const state = yield* Effect.mapError(
      MigrationState.look(database, migrationTable),
      (error) => Query.failed(database, operation, error)
    )
    const server = row!
    return [
      serverVersion(server),
      schemaVersion(state),
      importOf(server),
      yield* RoleRights.diagnose(database, hasOneSession),
      isolation(server),
      encoding(server),
      PoolerProbe.diagnose(hasOneSession ? undefined : yield* PoolerProbe.probe(database)),
      clock(server.now, before, after),
      connections(server),
      primary(server)
    ]
  })

interface ServerRow {
  readonly version: number
  readonly isIncomplete: boolean
  readonly isolation: string
  readonly encoding: string
  readonly now: number
  readonly used: number
  readonly max: number
  readonly isStandby: boolean
}

// The maximum number of connections is the lowest limit of the server, the database and the role; -1 is no limit.
const statement = ({ schema, sql }: Database) =>
  sql<ServerRow>`
    SELECT current_setting('server_version_num')::int AS version,
      EXISTS (
        SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ${schema}::text AND c.relname = 'incomplete_event_store'
      ) AS "isIncomplete",
      current_setting('default_transaction_isolation') AS isolation, current_setting('server_encoding') AS encoding,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
      (SELECT count(*) FROM pg_catalog.pg_stat_activity AS a WHERE a.backend_type = 'client backend')::int AS used,
      least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
        nullif((SELECT d.datconnlimit FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()), -1),
        nullif((SELECT r.rolconnlimit FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user), -1)
      ) AS max,
      pg_is_in_recovery() AS "isStandby"`

const oldest = 15

const serverVersion = ({ version }: ServerRow): Diagnosis.Diagnosis => {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000]
  const details = { version: `${major}.${minor}` }
  return major >= oldest
    ? Diagnosis.make("ServerVersion", "Ok", `PostgreSQL ${details.version}`, details)
    : Diagnosis.make(
      "ServerVersion",
      "Error",
      `PostgreSQL ${details.version} is older than ${oldest}: upgrade it`,
      details
    )
}

const schemaVersion = (state: MigrationState.State): Diagnosis.Diagnosis => {
  if (state._tag !== "Applied") {
    return state._tag === "Unreadable"
      ? Diagnosis.make("SchemaVersion", "Warning", "this role may not read which migrations have run")
      : Diagnosis.make("SchemaVersion", "Error", "the schema has no store: run PostgresStore.migrate")
  }
  const { version } = state
  const due = MigrationState.due(state, migrationNames)
  if (due.length > 0) {
    return Diagnosis.make("SchemaVersion", "Error", `the schema lacks ${due.join(", ")}: run PostgresStore.migrate`, {
      version
    })
  }
  return version > migrationNames.length
    ? Diagnosis.make("SchemaVersion", "Warning", `newer code has migrated the schema, to ${version}`, { version })
    : Diagnosis.make("SchemaVersion", "Ok", `all ${version} migration(s) have run`, { version })
}

const importOf = ({ isIncomplete }: ServerRow): Diagnosis.Diagnosis =>
  isIncomplete
    ? Diagnosis.make("Import", "Error", "the store is in the middle of an import: finish it, or give it up")
    : Diagnosis.make("Import", "Ok", "the store is complete")

const isolation = ({ isolation }: ServerRow): Diagnosis.Diagnosis =>
  Isolation.isReadCommitted(isolation)
    ? Diagnosis.make("Isolation", "Ok", `the sessions are ${isolation.toUpperCase()}`, { isolation })
    : Diagnosis.make(
      "Isolation",
      "Warning",
      `the sessions are ${isolation.toUpperCase()} by default: each statement of the store takes two round trips more`,
      { isolation }
    )

const encoding = ({ encoding }: ServerRow): Diagnosis.Diagnosis =>
  encoding === "UTF8"
    ? Diagnosis.make("Encoding", "Ok", "the database is in UTF8", { encoding })
    : Diagnosis.make(
      "Encoding",
      "Error",
      `the database is in ${encoding}, which does not check or cannot hold all texts: create one in UTF8`,
      { encoding }
    )

const maxSkew = 1000

/** The difference of two clocks, without the duration of the query. */
export const clock = (server: number, before: number, after: number): Diagnosis.Diagnosis => {
  const skew = server < before ? server - before : Math.max(0, server - after)
  const details = { milliseconds: Math.round(skew) }
  return Math.abs(skew) <= maxSkew
    ? Diagnosis.make("Clock", "Ok", `the clocks of program and server differ by ${details.milliseconds} ms`, details)
    : Diagnosis.make(
      "Clock",
      "Warning",
      `the server's clock is ${Math.abs(details.milliseconds)} ms ${
        skew < 0 ? "behind" : "ahead of"
      } this program's: set both by NTP`,
      details
    )
}

const connections = ({ max, used }: ServerRow): Diagnosis.Diagnosis =>
  used <= 0.8 * max
    ? Diagnosis.make("Connections", "Ok", `${used} of ${max} connections are in use`, { used, max })
    : Diagnosis.make(
      "Connections",
      "Warning",
      `${used} of ${max} connections are in use: lower maxConnections of programs, or raise max_connections`,
      { used, max }
    )

const primary = ({ isStandby }: ServerRow): Diagnosis.Diagnosis =>
  isStandby
    ? Diagnosis.make(
      "Primary",
      "Warning",
      "the server is a standby: it answers loads and queries, and no read of the global log"
    )
    : Diagnosis.make("Primary", "Ok", "the server is a primary")
