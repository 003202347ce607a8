-- Trigger: inserts a change of a row into the queue, in the transaction that makes it.
--   TG_ARGV[0], TG_ARGV[1]   the id in legacy_tables, and the key column
-- Runs with the rights of its owner, so that writers of the legacy table need no right in this schema; therefore it must run
-- nothing that the table's owner has written (see legacy_texts). It casts nothing that could fail: a row that cannot become an
-- event must not stop the application that wrote it.
-- The search_path is pinned so that no writer can substitute an object of its own; the other settings give each value one text,
-- whatever the writer's session has set.
CREATE FUNCTION refold.capture_legacy_row() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1
SET bytea_output = 'hex' SET lc_monetary = 'C' AS $$
DECLARE
  -- For these types to_jsonb gives the same texts (for the types in the second list only equivalent texts, so they are no
  -- keys) and runs only the server's own code: ten times as fast as a statement that is planned for each row.
  is_plain CONSTANT boolean := NOT EXISTS (
    SELECT FROM pg_attribute a
    WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped
      AND a.atttypid <> ALL ('{smallint,int,bigint,numeric,text,varchar,bpchar,uuid,date}'::regtype[])
      AND (a.attname = TG_ARGV[1] OR a.atttypid <> ALL ('{boolean,timestamp,timestamptz,time,bytea}'::regtype[]))
  );
  was jsonb;
  is_now jsonb;
BEGIN
  IF is_plain THEN
    was := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    is_now := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  ELSE
    IF TG_OP <> 'INSERT' THEN
      EXECUTE 'SELECT ' || refold.legacy_texts(TG_RELID, '($1)'::text) INTO was USING OLD;
    END IF;
    IF TG_OP <> 'DELETE' THEN
      EXECUTE 'SELECT ' || refold.legacy_texts(TG_RELID, '($1)'::text) INTO is_now USING NEW;
    END IF;
  END IF;
  IF TG_OP = 'UPDATE' AND was ->> TG_ARGV[1] IS DISTINCT FROM is_now ->> TG_ARGV[1] THEN
    INSERT INTO refold.legacy_changes (legacy_table, key, before, after)
    VALUES (TG_ARGV[0]::int, was ->> TG_ARGV[1], was, NULL), (TG_ARGV[0]::int, is_now ->> TG_ARGV[1], NULL, is_now);
  ELSE
    INSERT INTO refold.legacy_changes (legacy_table, key, before, after)
    VALUES (TG_ARGV[0]::int, coalesce(is_now, was) ->> TG_ARGV[1], was, is_now);
  END IF;
  RETURN NULL;
END
$$
