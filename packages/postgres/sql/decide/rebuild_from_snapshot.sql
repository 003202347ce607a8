-- The state of a stream, now or as of a version or an instant of the store's clock: folded from a snapshot if one fits,
-- else from the initial state, with the same result.
--   fold            an aggregate (start jsonb, event event_store) that returns the state as jsonb from ordered events
--   initial_state   the state of a stream without events
--   view            the name under which snapshots are stored; without view or fingerprint no snapshot is used
--   fingerprint     the fingerprint of a usable snapshot; one with another fingerprint was made by other code
-- fold is an aggregate rather than a function for each event, so that PostgreSQL runs the whole fold inside one statement.
CREATE FUNCTION refold.rebuild_from_snapshot(
  stream text, fold regproc, initial_state jsonb, view text DEFAULT NULL, fingerprint text DEFAULT NULL,
  as_of_version bigint DEFAULT NULL, as_of_recorded_at timestamptz DEFAULT NULL
) RETURNS refold.rebuilt LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_variable
DECLARE
  snapshot refold.event_snapshots;
  rebuilt refold.rebuilt;
BEGIN
  PERFORM refold.check_stream_read(
    stream, NULL::bigint, as_of_version, NULL::bigint, as_of_recorded_at, NULL::timestamptz, NULL::bigint
  );
  SELECT s.* INTO snapshot FROM refold.event_snapshots AS s
  WHERE s.stream = stream AND s.view = view AND s.fingerprint = fingerprint
    -- Recorded times never decrease within a stream: if the last event is included, all before it are.
    AND (as_of_version IS NULL OR s.version <= as_of_version)
    AND (as_of_recorded_at IS NULL OR s.recorded_at <= as_of_recorded_at)
    AND EXISTS (
      SELECT FROM refold.event_store AS e
      WHERE e.stream = s.stream AND e.version = s.version AND e.event_id = s.event_id
    );
  -- A regproc is written as a quoted name, so it cannot inject SQL.
  EXECUTE format($fold$
    SELECT max(e.version), max(e."position"), max(e.recorded_at), %s($1, e ORDER BY e.version), 0, count(*)
    FROM refold.event_store AS e
    WHERE e.stream = $2 AND e.version > $3 AND ($4 IS NULL OR e.version <= $4) AND ($5 IS NULL OR e.recorded_at <= $5)
  $fold$, fold)
  INTO rebuilt
  USING coalesce(snapshot.state, initial_state), stream, coalesce(snapshot.version, 0), as_of_version, as_of_recorded_at;
  rebuilt.snapshot_version := coalesce(snapshot.version, 0);
  IF rebuilt.events = 0 THEN
    rebuilt.version := rebuilt.snapshot_version;
    rebuilt."position" := snapshot."position";
    rebuilt.recorded_at := snapshot.recorded_at;
    rebuilt.state := coalesce(snapshot.state, initial_state);
  END IF;
  RETURN rebuilt;
END
$$
