-- Begins an import into an empty store, or continues the one that has begun. Returns one of
--   {"progress": …}   how far it is, null before the first batch
--   {"other": id}     another one has begun
--   {"has": what}     the store is not empty
--
-- While an import runs, the table of events has another name, and an SQL view that refuses every read replaces it. So no program
-- can take a part of the log for the whole, not even by a prepared statement, and appends and reads cost nothing more at other
-- times. Rejected: a flag that each append and read checks; row-level security, which superusers bypass; a staging table whose
-- rows are copied at the end, which writes everything twice.
-- For the owner: only an owner can rename a table.
CREATE FUNCTION refold.begin_import(wanted uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  begun refold.import_progress;
  has text;
BEGIN
  LOCK TABLE refold.import_progress IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO begun FROM refold.import_progress;
  IF FOUND THEN
    RETURN CASE WHEN begun.id = wanted
      THEN jsonb_build_object('progress', begun.progress) ELSE jsonb_build_object('other', begun.id) END;
  END IF;
  LOCK TABLE refold.event_store IN ACCESS EXCLUSIVE MODE;
  has := refold.store_content();
  IF has IS NOT NULL THEN
    RETURN jsonb_build_object('has', has);
  END IF;
  INSERT INTO refold.import_progress (id) VALUES (wanted);
  ALTER TABLE refold.event_store RENAME TO incomplete_event_store;
  CREATE VIEW refold.event_store AS SELECT * FROM refold.incomplete_store();
  -- Every role gets the reason as its error and not a missing right.
  GRANT SELECT ON refold.event_store TO PUBLIC;
  GRANT EXECUTE ON FUNCTION refold.incomplete_store() TO PUBLIC;
  RETURN '{"progress": null}';
END
$$
