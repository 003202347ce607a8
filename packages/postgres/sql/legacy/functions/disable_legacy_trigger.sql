-- Switches a trigger on a legacy table off, where there is one. Readers go on: to drop it would wait for them, and while it
-- holds the lock against writers, a reader who is about to write would wait for it.
CREATE FUNCTION refold.disable_legacy_trigger(legacy_table int, purpose text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  relation CONSTANT text := (SELECT t.relation FROM refold.legacy_tables t WHERE t.id = legacy_table);
  name CONSTANT text := refold.legacy_trigger(legacy_table, purpose);
BEGIN
  IF EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = to_regclass(relation) AND g.tgname = name) THEN
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', relation, name);
  END IF;
END
$$
