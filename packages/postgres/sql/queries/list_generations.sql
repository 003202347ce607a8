SELECT id, projection, version, status, checkpoint, revision, rate, has_tables, updated_at, parked
FROM refold.projections
WHERE true
  AND id = :id::int
  AND projection = :projection::text
  AND status = ANY (:statuses::text[])
ORDER BY id
