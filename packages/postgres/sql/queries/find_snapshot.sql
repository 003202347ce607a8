SELECT version, "position", recorded_at, state
FROM refold.event_snapshots
WHERE stream = $1::text AND view = $2::text AND fingerprint = $3::text
