-- A page of one stream. Keyset by version, on the index of (stream, version).
SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
FROM refold.event_store
WHERE stream = $1::text AND version > $2::bigint
  AND ($3::bigint IS NULL OR version <= $3)
  AND ($4::bigint IS NULL OR "position" <= $4)
  AND ($5::timestamptz IS NULL OR recorded_at <= $5)
  AND ($6::timestamptz IS NULL OR occurred_at <= $6)
  AND ($7::timestamptz IS NULL OR recorded_at >= $7) AND ($8::timestamptz IS NULL OR recorded_at < $8)
  AND ($9::timestamptz IS NULL OR occurred_at >= $9) AND ($10::timestamptz IS NULL OR occurred_at < $10)
  AND ($11::text[] IS NULL OR type = ANY ($11))
ORDER BY version
LIMIT $12::bigint
