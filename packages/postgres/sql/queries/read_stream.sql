-- A page of one stream. Keyset by version, on the index of (stream, version).
SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
FROM refold.event_store
WHERE stream = :stream::text AND version > :after::bigint
  AND version <= :as_of_version::bigint
  AND "position" <= :as_of_position::bigint
  AND recorded_at <= :as_of_recorded_at::timestamptz
  AND occurred_at <= :as_of_occurred_at::timestamptz
  AND recorded_at >= :recorded_from::timestamptz
  AND recorded_at < :recorded_to::timestamptz
  AND occurred_at >= :occurred_from::timestamptz
  AND occurred_at < :occurred_to::timestamptz
  AND type = ANY (:types::text[])
ORDER BY version
LIMIT :limit::bigint
