-- What depends on a schema from outside of it, and would go with it: SQL views, functions, defaults, constraints, indexes.
WITH inside AS (
  SELECT 'pg_class'::regclass AS classid, oid FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(:schema::text)
  UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_catalog.pg_proc WHERE pronamespace = to_regnamespace(:schema::text)
  UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_catalog.pg_type WHERE typnamespace = to_regnamespace(:schema::text)
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
  -- Not what PostgreSQL keeps for itself, such as the table of a table's long values.
  WHERE d.deptype IN ('n', 'a')
)
SELECT DISTINCT coalesce(d.relation::regclass::text, d.routine::regprocedure::text) AS name
FROM dependents AS d
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = d.relation
LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = d.routine
WHERE coalesce(c.relnamespace, p.pronamespace) <> to_regnamespace(:schema::text)
ORDER BY name
