/** The rights of the current role on the store, by kinds of roles. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Diagnosis from "@refold/store/maintain/Diagnosis"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import * as StoreRights from "../../schema/internal/StoreRights.ts"

interface RightsRow {
  readonly role: string
  readonly isSuperuser: boolean
  readonly isOwner: boolean
  readonly missing: ReadonlyArray<StoreRights.Right>
}

/** A warning for a role with more rights than a program needs; an error for a role that may not even read. */
export const diagnose = (
  database: Database,
  isAlone: boolean
): Effect.Effect<Diagnosis.Diagnosis, EventStoreError> =>
  Effect.map(query(database, "check", statement(database)), ([row]) => {
    const { isOwner, isSuperuser, missing, role } = row!
    const held = StoreRights.kinds.filter((kind) => !missing.some((right) => right.kind === kind))
    const details = { role, kinds: held.join(", ") }
    const make = (severity: Diagnosis.Severity, message: string) =>
      Diagnosis.make("Rights", severity, `the role "${role}" ${message}`, details)
    // No other role can reach an embedded database.
    if (isAlone) return make("Ok", "owns the embedded database")
    if (isSuperuser)
      return make("Warning", "is a superuser, which can remove what protects the log: use a role with fewer rights")
    if (isOwner)
      return make(
        "Warning",
        "owns the store, and can remove what protects the log: let programs use a role of their own"
      )
    const lacking = missing.find(({ kind }) => kind === "reader")
    return held.length === 0
      ? make("Error", `lacks ${lacking?.right} on ${lacking?.object}: see PostgresStore.grants`)
      : make("Ok", `has the rights of a ${held.join(", ")}`)
  })

const statement = ({ schema, sql }: Database) =>
  sql<RightsRow>`
    SELECT r.rolname::text AS role, r.rolsuper AS "isSuperuser",
      pg_has_role(current_user, (
        SELECT c.relowner FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ${schema}::text AND c.relname = 'event_store'
      ), 'USAGE') AS "isOwner",
      coalesce((
        SELECT jsonb_agg(jsonb_build_object('kind', w.kind, 'right', w."right", 'object', w.object))
        FROM jsonb_to_recordset(${JSON.stringify(StoreRights.all)}::text::jsonb)
          AS w (kind text, "right" text, object text)
        CROSS JOIN pg_catalog.pg_namespace AS n
        LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.object AND w."right" <> 'EXECUTE'
        WHERE n.nspname = ${schema}::text AND NOT CASE
          WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN false
          WHEN w."right" = 'EXECUTE' THEN EXISTS (
            SELECT FROM pg_catalog.pg_proc AS p
            WHERE p.pronamespace = n.oid AND p.proname = w.object AND has_function_privilege(p.oid, 'EXECUTE')
          )
          WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, w."right")
          WHEN w."right" IN ('DELETE', 'TRUNCATE') THEN has_table_privilege(c.oid, w."right")
          ELSE has_any_column_privilege(c.oid, w."right")
        END
      ), '[]') AS missing
    FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user`
