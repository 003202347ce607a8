INSERT INTO refold.projection_generations (projection, version, status, has_tables)
VALUES (:projection::text, :version::int, :status::text, :has_tables::boolean)
RETURNING id, projection, version, status, checkpoint, revision, rate, has_tables, updated_at, 0 AS parked
