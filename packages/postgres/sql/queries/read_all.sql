-- A page of the global log. Keyset by position, on the primary key, up to the head that read_head gave.
SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
FROM refold.event_store
WHERE "position" > :after::bigint AND "position" <= :head::bigint
  AND recorded_at <= :as_of_recorded_at::timestamptz
  AND occurred_at <= :as_of_occurred_at::timestamptz
  AND recorded_at >= :recorded_from::timestamptz
  AND recorded_at < :recorded_to::timestamptz
  AND occurred_at >= :occurred_from::timestamptz
  AND occurred_at < :occurred_to::timestamptz
  AND type = ANY (:types::text[])
  AND split_part(stream, '-', 1) = ANY (:categories::text[])
ORDER BY "position"
LIMIT :limit::bigint
