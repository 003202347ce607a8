-- Trigger: inserts all rows that a TRUNCATE is about to remove into the queue, as deleted. Arguments, rights and settings as in
-- capture_legacy_row. A transaction with an old snapshot (REPEATABLE READ) removes rows that it cannot see here; the next run
-- and every reconciliation find them missing. The same holds when the owner of this function may no longer read the table.
CREATE FUNCTION refold.capture_legacy_truncate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Otherwise the conditions of policies, which the table's owner has written, would run with the rights of this function.
SET row_security = off
SET datestyle = 'ISO' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1
SET bytea_output = 'hex' SET lc_monetary = 'C' AS $$
DECLARE
  -- Partitions that have this trigger too capture their own rows.
  others CONSTANT oid[] := ARRAY(
    SELECT g.tgrelid FROM pg_trigger g
    WHERE g.tgname = TG_NAME AND g.tgrelid <> TG_RELID
      AND g.tgrelid IN (SELECT p.relid FROM pg_partition_tree(TG_RELID) AS p)
  );
BEGIN
  EXECUTE format(
    'INSERT INTO refold.legacy_changes (legacy_table, key, before)
     SELECT $1, r.texts ->> $2, r.texts FROM (SELECT %s AS texts FROM %I.%I AS t WHERE t.tableoid <> ALL ($3)) AS r',
    refold.legacy_texts(TG_RELID, 't'::text), TG_TABLE_SCHEMA, TG_TABLE_NAME
  ) USING TG_ARGV[0]::int, TG_ARGV[1], others;
  RETURN NULL;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'TRUNCATE of % removes rows without capturing them: %', TG_TABLE_NAME, SQLERRM;
  RETURN NULL;
END
$$
