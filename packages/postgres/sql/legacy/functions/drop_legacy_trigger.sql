-- Takes a trigger off a legacy table, where there is one (and the table is still there).
CREATE FUNCTION refold.drop_legacy_trigger(legacy_table int, purpose text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  relation CONSTANT text := (SELECT t.relation FROM refold.legacy_tables t WHERE t.id = legacy_table);
  name CONSTANT text := refold.legacy_trigger(legacy_table, purpose);
BEGIN
  -- Not DROP … IF EXISTS, which locks out readers also where there is none.
  IF EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = to_regclass(relation) AND g.tgname = name) THEN
    EXECUTE format('DROP TRIGGER %I ON %s', name, relation);
  END IF;
END
$$
