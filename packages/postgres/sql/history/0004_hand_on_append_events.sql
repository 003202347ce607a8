-- Who could append before the migration can append after it.
DO $$
DECLARE
  old CONSTANT regproc := 'refold.append_events_before_0004';
  granted record;
BEGIN
  FOR granted IN
    SELECT acl.grantee::regrole AS role, CASE WHEN acl.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END AS options
    FROM pg_proc p, aclexplode(p.proacl) acl
    WHERE p.oid = old AND acl.privilege_type = 'EXECUTE' AND acl.grantee NOT IN (0, p.proowner)
  LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION refold.append_events TO %s %s', granted.role, granted.options);
  END LOOP;
  DROP FUNCTION refold.append_events_before_0004;
END
$$
