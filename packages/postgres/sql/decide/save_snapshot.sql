-- Stores a state that was folded from a stream, so that the next fold can begin there. A snapshot with another
-- fingerprint is replaced; with the same fingerprint the higher version stays. It takes the right to write
-- event_snapshots, because later folds begin with what is stored there.
CREATE FUNCTION refold.save_snapshot(
  stream text, view text, fingerprint text, version bigint, "position" bigint, recorded_at timestamptz, state jsonb
) RETURNS void LANGUAGE sql VOLATILE AS $$
INSERT INTO refold.event_snapshots AS known (stream, view, fingerprint, version, "position", recorded_at, state)
VALUES (stream, view, fingerprint, version, "position", recorded_at, state)
ON CONFLICT (stream, view) DO UPDATE SET
  fingerprint = excluded.fingerprint, version = excluded.version, "position" = excluded."position",
  recorded_at = excluded.recorded_at, state = excluded.state
WHERE known.fingerprint <> excluded.fingerprint OR known.version < excluded.version
$$
