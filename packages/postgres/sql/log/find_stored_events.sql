-- Where these events are stored, per stream; no rows if they are not. First waits until no transaction writes to the
-- streams, because the commit may still run on a connection that its client has lost. plpgsql with two statements: the
-- second must not use a snapshot from before the wait. Runs as its owner, so that a database can deny advisory locks to all
-- other roles.
CREATE FUNCTION refold.find_stored_events(streams text[], keys text[], event_ids uuid[], max_wait int DEFAULT 0)
RETURNS TABLE (
  stream text, first_version bigint, version bigint, "position" bigint, recorded_at timestamptz, events bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('refold_store.max_wait', max_wait::text, true);
  PERFORM refold.lock_streams(streams, keys, true);
  RETURN QUERY
  SELECT e.stream, min(e.version), max(e.version), max(e."position"), max(e.recorded_at), count(*)
  FROM refold.event_store e
  WHERE e.event_id = ANY (event_ids)
  GROUP BY e.stream;
END
$$
