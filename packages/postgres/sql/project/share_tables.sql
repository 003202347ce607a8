-- Lets the roles that may use the schema of rows read the tables of the caller in the schema of a generation.
CREATE FUNCTION refold.share_tables(generation int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
  reader text;
BEGIN
  FOR relation, reader IN
    SELECT c.oid, r.reader FROM pg_catalog.pg_class AS c, refold.row_readers() AS r(reader)
    WHERE c.relnamespace = refold.generation_schema(generation)::regnamespace
      AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
  LOOP
    EXECUTE pg_catalog.format('GRANT SELECT ON %s TO %s', relation, reader);
  END LOOP;
END
$$
