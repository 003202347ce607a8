-- Trigger: puts a change of a row into the queue, in the transaction that makes it.
--   TG_ARGV[0], TG_ARGV[1]   the id in legacy_tables, and the column that is the key
-- As its owner, so that writers of the legacy table need no right in here. It looks nothing up and casts nothing that
-- could fail: a row that cannot become an event must not stop the application that wrote it.
-- The search_path is pinned so that no writer can slip in an object of his own, the rest so that a value has one text,
-- whatever the writer's session likes.
CREATE FUNCTION refold.capture_legacy_row() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  was CONSTANT jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  is_now CONSTANT jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  old_key CONSTANT text := was ->> TG_ARGV[1];
  new_key CONSTANT text := is_now ->> TG_ARGV[1];
BEGIN
  IF TG_OP = 'UPDATE' AND old_key IS DISTINCT FROM new_key THEN
    INSERT INTO refold.legacy_changes (legacy_table, key, before, after)
    VALUES (TG_ARGV[0]::int, old_key, was, NULL), (TG_ARGV[0]::int, new_key, NULL, is_now);
  ELSE
    INSERT INTO refold.legacy_changes (legacy_table, key, before, after)
    VALUES (TG_ARGV[0]::int, coalesce(new_key, old_key), was, is_now);
  END IF;
  RETURN NULL;
END
$$
