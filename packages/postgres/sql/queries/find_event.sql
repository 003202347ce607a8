SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
FROM refold.event_store
WHERE event_id = :id::uuid
