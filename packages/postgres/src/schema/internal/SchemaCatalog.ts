/**
 * Queries on the database's catalog about a schema: its comment, its dependents, and the grants on it. Functions are
 * qualified, because another role may have created a better-matching overload in a schema of the search_path.
 */
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"

/** The schema's own comment; undefined if there is no such schema. */
export const find = ({ schema, sql }: Database) =>
  Effect.map(
    sql<{ readonly comment: string | null }>`
      SELECT pg_catalog.obj_description(oid, 'pg_namespace') AS comment FROM pg_catalog.pg_namespace WHERE nspname = ${schema}::text`,
    ([row]) => row
  )

/**
 * The objects outside the schema that depend on it and would be dropped with it: SQL views, functions, defaults,
 * constraints, indexes. Without PostgreSQL's internal objects, such as TOAST tables.
 */
export const dependents = ({ schema, sql }: Database) =>
  sql<{ readonly name: string }>`
    WITH inside AS (
      SELECT 'pg_class'::regclass AS classid, oid FROM pg_catalog.pg_class
        WHERE relnamespace = pg_catalog.to_regnamespace(${schema}::text)
      UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_catalog.pg_proc
        WHERE pronamespace = pg_catalog.to_regnamespace(${schema}::text)
      UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_catalog.pg_type
        WHERE typnamespace = pg_catalog.to_regnamespace(${schema}::text)
    ), dependents AS (
      SELECT CASE d.classid
          WHEN 'pg_class'::regclass THEN d.objid
          WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_catalog.pg_rewrite WHERE oid = d.objid)
          WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_catalog.pg_attrdef WHERE oid = d.objid)
          WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_catalog.pg_trigger WHERE oid = d.objid)
          WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_catalog.pg_constraint WHERE oid = d.objid)
        END AS relation,
        CASE d.classid WHEN 'pg_proc'::regclass THEN d.objid END AS routine
      FROM pg_catalog.pg_depend AS d JOIN inside AS i ON i.classid = d.refclassid AND i.oid = d.refobjid
      WHERE d.deptype IN ('n', 'a')
    )
    SELECT DISTINCT coalesce(d.relation::regclass::text, d.routine::regprocedure::text) AS name
    FROM dependents AS d
    LEFT JOIN pg_catalog.pg_class AS c ON c.oid = d.relation
    LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = d.routine
    WHERE coalesce(c.relnamespace, p.pronamespace) <> pg_catalog.to_regnamespace(${schema}::text)
    ORDER BY name`

/** A right of a role: the statement that grants it, and the object that it is on; both null for the schema itself. */
export interface Grant {
  readonly statement: string
  readonly relation: string | null
  readonly routine: string | null
}

/** The grants to roles on the schema and its objects. Without the grants to PUBLIC, which the files decide. */
export const grants = ({ schema, sql }: Database) =>
  sql<Grant>`
    SELECT pg_catalog.format('GRANT %s ON SCHEMA %I TO %I', a.privilege_type, n.nspname, pg_catalog.pg_get_userbyid(a.grantee)) AS statement,
      NULL AS relation, NULL AS routine
    FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a
    WHERE n.nspname = ${schema}::text AND a.grantee NOT IN (0, n.nspowner)
    UNION ALL
    SELECT pg_catalog.format('GRANT %s ON %s TO %I', a.privilege_type, c.oid::regclass, pg_catalog.pg_get_userbyid(a.grantee)),
      c.oid::regclass::text, NULL
    FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a
    WHERE c.relnamespace = pg_catalog.to_regnamespace(${schema}::text) AND c.relkind IN ('r', 'v', 'm')
      AND a.grantee NOT IN (0, c.relowner)
    UNION ALL
    SELECT pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO %I', p.oid::regprocedure, pg_catalog.pg_get_userbyid(a.grantee)), NULL,
      p.oid::regprocedure::text
    FROM pg_catalog.pg_proc AS p, pg_catalog.aclexplode(p.proacl) AS a
    WHERE p.pronamespace = pg_catalog.to_regnamespace(${schema}::text) AND a.grantee NOT IN (0, p.proowner)`

/** The grants whose object exists (again). */
export const standing = ({ sql }: Database, grants: ReadonlyArray<Grant>) =>
  sql<Pick<Grant, "statement">>`
    SELECT g.statement
    FROM unnest(
      ${grants.map(({ statement }) => statement)}::text[], ${grants.map(({ relation }) => relation ?? "")}::text[],
      ${grants.map(({ routine }) => routine ?? "")}::text[]
    ) AS g (statement, relation, routine)
    WHERE (g.relation = '' OR pg_catalog.to_regclass(g.relation) IS NOT NULL)
      AND (g.routine = '' OR pg_catalog.to_regprocedure(g.routine) IS NOT NULL)`
