-- A page of the global log. Keyset by position, on the primary key, up to the head that read_head gave. The head is
-- asked for outside, so that the page inside has one open end: between two ends PostgreSQL expects few rows until the
-- table is first analysed, and then collects and sorts all of them for each page.
SELECT * FROM (
  SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
  FROM refold.event_store
  WHERE "position" > :after::bigint
    AND "position" <= :as_of_position::bigint
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
) AS page
WHERE "position" <= :head::bigint
ORDER BY "position"
