/**
 * The schemas of a store: created if they are missing, refused if another role could have created objects in them.
 * Functions that run with the rights of the store's owner use the objects in them.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import * as MigrationRights from "./MigrationRights.ts"
import * as MigrationState from "./MigrationState.ts"

/**
 * Creates a missing schema. Returns why that is not possible, or what is wrong with an existing one, and the remedy; or
 * `undefined`.
 */
export const ensure = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const exists = yield* sql`SELECT FROM pg_catalog.pg_namespace WHERE nspname = ${schema}::text`.unprepared
  if (exists.length > 0) return (yield* problemOf(sql, schema)) ?? (yield* MigrationRights.useProblem(sql, schema))
  const problem = yield* MigrationRights.createProblem(sql, schema)
  if (problem !== undefined) return problem
  // CREATE SCHEMA IF NOT EXISTS needs the right to create schemas even if the schema exists.
  yield* sql.unsafe(`CREATE SCHEMA "${schema}"`)
  return undefined
})

/** What is wrong with a schema that should be empty, and how to repair it, or `undefined`. */
export const leftIn = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const [left] = yield* sql<{ readonly name: string }>`
    SELECT c.relname::text AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema}::text ORDER BY c.relname LIMIT 1`.unprepared
  return left === undefined
    ? undefined
    : `the schema "${schema}" has the table ${left.name} already: if that is from a store that was dropped, DROP SCHEMA "${schema}" CASCADE`
})

/**
 * What is wrong with a schema that exists, and how to repair it, or `undefined`: it belongs to another role, another role
 * may create objects in it, or it has objects of another role. Superusers and the owner of the database are trusted.
 */
export const problemOf = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const [found] = yield* sql<{ readonly problem: string }>`
    WITH me AS (
      SELECT r.oid, r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
    ), namespace AS (
      SELECT n.* FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ${schema}::text
    ), claims (number, role, problem) AS (
      SELECT 1, n.nspowner, 'belongs to the role %s: migrate as that role, or choose another schema'
      FROM namespace AS n
      UNION ALL
      SELECT 2, a.grantee, 'lets the role %s create objects: REVOKE CREATE ON SCHEMA ' || pg_catalog.quote_ident(n.nspname)
        || ' FROM %s, or choose another schema'
      FROM namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a WHERE a.privilege_type = 'CREATE'
      UNION ALL
      SELECT 3, o.owner, 'has objects of the role %s, such as ' || pg_catalog.replace(o.name, '%', '%%')
        || ': drop them, or choose another schema'
      FROM namespace AS n, LATERAL (
        -- Objects of a superuser may have no entry for their owner, and are trusted.
        SELECT s.refobjid, i.identity
        FROM pg_catalog.pg_depend AS d
        JOIN pg_catalog.pg_shdepend AS s ON s.classid = d.classid AND s.objid = d.objid AND s.deptype = 'o'
          AND s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) AS i
        WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid
      ) AS o (owner, name)
    )
    SELECT pg_catalog.format(claims.problem, role.name, role.name) AS problem
    FROM claims CROSS JOIN me
    JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
    -- The only member of pg_database_owner is the owner of the database, and "public" belongs to that role.
    LEFT JOIN pg_catalog.pg_roles AS r
      ON r.oid = CASE pg_catalog.pg_get_userbyid(claims.role) WHEN 'pg_database_owner' THEN d.datdba ELSE claims.role END
    CROSS JOIN LATERAL (SELECT CASE claims.role WHEN 0 THEN 'PUBLIC' ELSE claims.role::regrole::text END) AS role (name)
    WHERE NOT ${MigrationState.isTrusted(sql)}
    ORDER BY claims.number LIMIT 1`.unprepared
  return found === undefined ? undefined : `the schema "${schema}" ${found.problem}`
})
