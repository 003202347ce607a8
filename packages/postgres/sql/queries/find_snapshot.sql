SELECT version, "position", recorded_at, state
FROM refold.event_snapshots
WHERE stream = :stream::text AND view = :view::text AND fingerprint = :fingerprint::text
