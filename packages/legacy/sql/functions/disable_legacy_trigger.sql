-- Switches a trigger on a legacy table and its partitions off, where there is one. Readers go on: to drop it would wait for
-- them, and while it holds the lock against writers, a reader who is about to write would wait for it.
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
