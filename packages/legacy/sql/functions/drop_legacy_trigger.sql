-- Drops a trigger of a legacy table and its partitions, if the table still exists and has it.
CREATE FUNCTION refold.drop_legacy_trigger(legacy_table int, purpose text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name CONSTANT text := refold.legacy_trigger(legacy_table, purpose);
  target regclass;
BEGIN
  -- Not DROP … IF EXISTS, which blocks readers even when there is no trigger.
  FOR target IN SELECT l FROM refold.legacy_triggers(legacy_table, purpose) AS l LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', name, target);
  END LOOP;
  IF purpose = 'freeze' THEN
    PERFORM refold.drop_legacy_trigger(legacy_table, 'rows');
  END IF;
END
$$
