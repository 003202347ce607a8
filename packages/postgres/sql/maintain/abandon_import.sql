-- Gives up an import that has not ended and empties the store. Returns false if there is none. Imports begin with an empty store,
-- so all deleted rows were imported. For the owner.
CREATE FUNCTION refold.abandon_import() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE refold.import_progress IN SHARE ROW EXCLUSIVE MODE;
  IF NOT EXISTS (SELECT FROM refold.import_progress) THEN
    RETURN false;
  END IF;
  -- The only change that refuse_change allows: under this name the table is not a log yet.
  TRUNCATE refold.incomplete_event_store;
  DELETE FROM refold.idempotency_keys;
  DELETE FROM refold.discarded_events;
  DELETE FROM refold.projection_generations AS g WHERE starts_with(g.definition, '{"kind":"consumer"');
  PERFORM refold.end_import();
  RETURN true;
END
$$
