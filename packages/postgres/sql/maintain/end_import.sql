-- Ends an import: the table of events gets its name back, and the position counter continues after the last event. Runs in the
-- caller's transaction, so that readers see all or nothing. For the owner.
CREATE FUNCTION refold.end_import() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM refold.import_progress;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the store is in the middle of no import' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  DROP VIEW refold.event_store;
  REVOKE EXECUTE ON FUNCTION refold.incomplete_store() FROM PUBLIC;
  ALTER TABLE refold.incomplete_event_store RENAME TO event_store;
  -- Never backwards: an append that was rolled back may have drawn positions.
  PERFORM setval('refold.event_position', greatest(
    (SELECT e."position" FROM refold.event_store AS e ORDER BY e."position" DESC LIMIT 1),
    (SELECT s.last_value FROM refold.event_position AS s)
  ));
  -- Without statistics the first reads would have bad plans.
  ANALYZE refold.event_store;
END
$$
