/** The warning for migrations that a superuser runs. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"

/** Logs a warning if the session's role is a superuser: functions of the store run with the rights of the role that made them. */
export const warn = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const rows = yield* sql<{ readonly name: string }>`
    SELECT rolname::text AS name FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper`.unprepared
  for (const { name } of rows) {
    yield* Effect.logWarning(
      `the superuser "${name}" has migrated the schema "${schema}": the functions of the store run with all rights on the ` +
        `server, and "${name}" can remove what protects the log. On a server that others use, let a role of its own own ` +
        `the store: CREATE ROLE ${schema}_owner LOGIN; GRANT CREATE ON DATABASE … TO ${schema}_owner; and migrate as it`
    )
  }
})
