-- Trigger: puts all rows that a TRUNCATE is about to throw away into the queue, as deleted. Arguments, rights and settings
-- as in capture_legacy_row. A transaction with an old snapshot (REPEATABLE READ) throws rows away that it cannot see here;
-- the next run, and every reconciliation, finds them gone.
CREATE FUNCTION refold.capture_legacy_truncate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO refold.legacy_changes (legacy_table, key, before) SELECT $1, to_jsonb(t) ->> $2, to_jsonb(t) FROM %I.%I AS t',
    TG_TABLE_SCHEMA, TG_TABLE_NAME
  ) USING TG_ARGV[0]::int, TG_ARGV[1];
  RETURN NULL;
END
$$
