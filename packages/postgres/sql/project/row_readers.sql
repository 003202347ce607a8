-- The roles that may use the schema of rows, as texts for a GRANT.
CREATE FUNCTION refold.row_readers() RETURNS SETOF text LANGUAGE sql STABLE AS $$
SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(n.nspacl) AS a
WHERE c.oid = 'refold_rows.rows'::regclass AND a.privilege_type = 'USAGE' AND a.grantee <> n.nspowner
$$
