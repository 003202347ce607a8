-- Stores a state that was folded from a stream, so that the next fold can start from it. A snapshot with another
-- fingerprint is replaced; with the same fingerprint the higher version stays. The caller needs the right to write
-- event_snapshots, because later folds start from what is stored there.
--   event_id   the last event in the state; if NULL, the event that is stored at this version
CREATE FUNCTION refold.save_snapshot(
  stream text, view text, fingerprint text, version bigint, "position" bigint, recorded_at timestamptz, state jsonb,
  event_id uuid DEFAULT NULL
) RETURNS void LANGUAGE sql VOLATILE AS $$
INSERT INTO refold.event_snapshots AS known (stream, view, fingerprint, version, event_id, "position", recorded_at, state)
VALUES (
  stream, view, fingerprint, version,
  coalesce(event_id, (
    SELECT e.event_id FROM refold.event_store AS e
    WHERE e.stream = save_snapshot.stream AND e.version = save_snapshot.version
  )),
  "position", recorded_at, state
)
ON CONFLICT (stream, view) DO UPDATE SET
  fingerprint = excluded.fingerprint, version = excluded.version, event_id = excluded.event_id,
  "position" = excluded."position", recorded_at = excluded.recorded_at, state = excluded.state
WHERE known.fingerprint <> excluded.fingerprint OR known.version < excluded.version
$$
