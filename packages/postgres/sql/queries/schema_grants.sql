-- What roles were given on a schema and what is in it, as the statements that give it again. Not what everybody was given:
-- that is for the files to say.
SELECT format('GRANT %s ON SCHEMA %I TO %I', a.privilege_type, n.nspname, pg_get_userbyid(a.grantee)) AS statement,
  NULL AS relation, NULL AS routine
FROM pg_catalog.pg_namespace AS n, aclexplode(n.nspacl) AS a
WHERE n.nspname = :schema::text AND a.grantee NOT IN (0, n.nspowner)
UNION ALL
SELECT format('GRANT %s ON %s TO %I', a.privilege_type, c.oid::regclass, pg_get_userbyid(a.grantee)), c.oid::regclass::text, NULL
FROM pg_catalog.pg_class AS c, aclexplode(c.relacl) AS a
WHERE c.relnamespace = to_regnamespace(:schema::text) AND c.relkind IN ('r', 'v', 'm') AND a.grantee NOT IN (0, c.relowner)
UNION ALL
SELECT format('GRANT EXECUTE ON ROUTINE %s TO %I', p.oid::regprocedure, pg_get_userbyid(a.grantee)), NULL, p.oid::regprocedure::text
FROM pg_catalog.pg_proc AS p, aclexplode(p.proacl) AS a
WHERE p.pronamespace = to_regnamespace(:schema::text) AND a.grantee NOT IN (0, p.proowner)
