-- Disables a trigger on a legacy table and its partitions, if there is one. Readers are not blocked. DROP TRIGGER would wait
-- for readers, and a reader that is about to write would wait for the caller, which holds the lock against writers: a deadlock.
CREATE FUNCTION refold.disable_legacy_trigger(legacy_table int, purpose text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name CONSTANT text := refold.legacy_trigger(legacy_table, purpose);
  target regclass;
BEGIN
  FOR target IN SELECT l FROM refold.legacy_triggers(legacy_table, purpose) AS l LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', target, name);
  END LOOP;
END
$$
