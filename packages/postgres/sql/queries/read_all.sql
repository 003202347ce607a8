-- A page of the global log. Keyset by position, on the primary key; $2 is the bound that read_bound gave.
SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
FROM refold.event_store
WHERE "position" > $1::bigint AND "position" <= $2::bigint
  AND ($3::timestamptz IS NULL OR recorded_at <= $3)
  AND ($4::timestamptz IS NULL OR occurred_at <= $4)
  AND ($5::timestamptz IS NULL OR recorded_at >= $5) AND ($6::timestamptz IS NULL OR recorded_at < $6)
  AND ($7::timestamptz IS NULL OR occurred_at >= $7) AND ($8::timestamptz IS NULL OR occurred_at < $8)
  AND ($9::text[] IS NULL OR type = ANY ($9))
  AND ($10::text[] IS NULL OR split_part(stream, '-', 1) = ANY ($10))
ORDER BY "position"
LIMIT $11::bigint
