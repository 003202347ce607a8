/** The rights that a migration needs, checked before it changes anything: the errors of its statements do not name the remedy. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"

/** Why nothing can be changed in this transaction, and how to repair it, or `undefined`. */
export const readOnlyProblem = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const [found] = yield* sql<{ readonly standby: boolean; readonly readOnly: boolean }>`
    SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly"`.unprepared
  const refused = `the schema "${schema}" cannot be migrated`
  return found!.standby
    ? `${refused} on a standby, which is read-only: connect to the primary`
    : found!.readOnly
    ? `${refused} in a read-only transaction: migrate outside of it, or set default_transaction_read_only to off`
    : undefined
})

/** The right that this role lacks to create a schema that does not exist, and how to repair it, or `undefined`. */
export const createProblem = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const [lacking] = yield* sql<{ readonly role: string; readonly database: string }>`
    SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database
    WHERE NOT has_database_privilege(current_database(), 'CREATE')`.unprepared
  if (lacking === undefined) return undefined
  const { database, role } = lacking
  return `the schema "${schema}" does not exist, and the role ${role} lacks CREATE on the database ${database}: ` +
    `GRANT CREATE ON DATABASE ${database} TO ${role}, or CREATE SCHEMA "${schema}" AUTHORIZATION ${role}`
})

/** The rights that this role lacks on a schema that exists, and how to repair it, or `undefined`. */
export const useProblem = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const [lacking] = yield* sql<{ readonly role: string; readonly rights: string }>`
    SELECT quote_ident(current_user) AS role, string_agg(r."right", ', ') AS rights
    FROM unnest('{USAGE,CREATE}'::text[]) AS r ("right")
    WHERE NOT has_schema_privilege(${schema}::text, r."right") HAVING count(*) > 0`.unprepared
  if (lacking === undefined) return undefined
  const { rights, role } = lacking
  return `the role ${role} lacks ${rights} on the schema "${schema}": GRANT ${rights} ON SCHEMA "${schema}" TO ${role}, ` +
    "migrate as the owner of the schema, or choose another schema"
})
