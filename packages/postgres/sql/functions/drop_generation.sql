-- Forgets a generation and its rows; false where it is gone already, or where only_if_over is set and it is none of those
-- that nobody needs any more: retired, left behind by a newer version that is live, or a look into the past whose
-- process has died.
--   patience   how long to wait for its owner and its readers, in milliseconds
-- First the generation's row: its owner, too, locks that before the rows.
CREATE FUNCTION refold.drop_generation(wanted int, only_if_over boolean, patience int) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  generation refold.projection_generations;
  namespace CONSTANT text := refold.namespace_of(wanted);
BEGIN
  PERFORM set_config('lock_timeout', patience::text, true);
  DELETE FROM refold.projection_generations g
  WHERE g.id = wanted AND (NOT only_if_over OR g.id IN (SELECT refold.generations_over(g.projection)))
  RETURNING g.* INTO generation;
  IF generation.id IS NOT NULL AND generation.has_tables THEN
    -- A store of its own may have come to that name since.
    IF to_regclass(format('%I.event_store', namespace)) IS NOT NULL THEN
      RAISE EXCEPTION 'schema % holds a store of events and is not dropped', namespace
        USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', namespace);
  ELSIF generation.id IS NOT NULL THEN
    EXECUTE format('DROP TABLE IF EXISTS refold.%I', 'rows_' || wanted);
  END IF;
  PERFORM set_config('lock_timeout', before, true);
  RETURN generation.id IS NOT NULL;
END
$$
