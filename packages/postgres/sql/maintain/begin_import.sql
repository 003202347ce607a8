-- Begins an import into an empty store, or goes on with the one that has begun. Returns one of
--   {"progress": …}   how far it is, null before the first batch
--   {"other": id}     another one has begun
--   {"has": what}     the store is not empty
--
-- While an import runs, the table of events has another name, and an SQL view that refuses every read stands in its place: so no
-- program can take a part of the log for the whole, neither by a statement of its own nor by one that it has prepared, and
-- appends and reads pay nothing for it at other times. Rejected: a flag that each append and read asks for; row-level
-- security, which superusers pass; a staging table whose rows are copied at the end, which writes everything twice.
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
  -- Whatever the role, it gets the reason and not a missing right.
  GRANT SELECT ON refold.event_store TO PUBLIC;
  GRANT EXECUTE ON FUNCTION refold.incomplete_store() TO PUBLIC;
  RETURN '{"progress": null}';
END
$$
