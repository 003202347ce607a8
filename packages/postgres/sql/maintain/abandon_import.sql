-- Gives up an import that has not ended: the store is empty again. Returns false where there is none. Imports take empty stores, so
-- all that is deleted was imported. For the owner.
CREATE FUNCTION refold.abandon_import() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE refold.import_progress IN SHARE ROW EXCLUSIVE MODE;
  IF NOT EXISTS (SELECT FROM refold.import_progress) THEN
    RETURN false;
  END IF;
  -- The one change that refuse_change lets pass: under this name the table is no log yet.
  TRUNCATE refold.incomplete_event_store;
  DELETE FROM refold.idempotency_keys;
  DELETE FROM refold.discarded_events;
  DELETE FROM refold.projection_generations AS g WHERE starts_with(g.definition, '{"kind":"consumer"');
  PERFORM refold.end_import();
  RETURN true;
END
$$
