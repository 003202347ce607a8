-- Another fingerprint is replaced; with the same one the later state stays, whoever is faster.
INSERT INTO refold.event_snapshots AS known (stream, view, fingerprint, version, "position", recorded_at, state)
VALUES (
  :stream::text, :view::text, :fingerprint::text, :version::bigint, :position::bigint, :recorded_at::timestamptz,
  :state::text::jsonb
)
ON CONFLICT (stream, view) DO UPDATE SET
  fingerprint = excluded.fingerprint, version = excluded.version, "position" = excluded."position",
  recorded_at = excluded.recorded_at, state = excluded.state
WHERE known.fingerprint <> excluded.fingerprint OR known.version < excluded.version
