-- Fails when capture_legacy_truncate, which runs with the rights of its owner, cannot read all rows of a table.
CREATE FUNCTION refold.check_legacy_reader(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  reader CONSTANT oid := (SELECT p.proowner FROM pg_proc p WHERE p.oid = 'refold.capture_legacy_truncate()'::regprocedure);
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_class c
    WHERE c.oid = relation AND has_table_privilege(reader, relation, 'SELECT')
      AND has_schema_privilege(reader, c.relnamespace, 'USAGE')
  ) THEN
    RAISE EXCEPTION '% (the owner of the store) may not read %, so a TRUNCATE could not be captured', reader::regrole, relation
      USING ERRCODE = 'insufficient_privilege', HINT = format('GRANT SELECT ON %s TO %s', relation, reader::regrole);
  END IF;
  IF EXISTS (
    SELECT FROM pg_class c, pg_roles r
    WHERE c.oid = relation AND r.oid = reader AND c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
      AND (c.relforcerowsecurity OR NOT pg_has_role(reader, c.relowner, 'USAGE'))
  ) THEN
    RAISE EXCEPTION 'policies may hide rows of % from % (the owner of the store), so a TRUNCATE could not be captured',
      relation, reader::regrole
      USING ERRCODE = 'insufficient_privilege', HINT = format('ALTER ROLE %s BYPASSRLS', reader::regrole);
  END IF;
END
$$
