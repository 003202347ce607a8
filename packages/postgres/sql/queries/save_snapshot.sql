-- Another fingerprint is replaced; with the same one the later state stays, whoever is faster.
INSERT INTO refold.event_snapshots AS known (stream, view, fingerprint, version, "position", recorded_at, state)
VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::timestamptz, $7::text::jsonb)
ON CONFLICT (stream, view) DO UPDATE SET
  fingerprint = excluded.fingerprint, version = excluded.version, "position" = excluded."position",
  recorded_at = excluded.recorded_at, state = excluded.state
WHERE known.fingerprint <> excluded.fingerprint OR known.version < excluded.version
