-- As read_live, of a certain generation (here: 0).
WITH live AS MATERIALIZED (
  SELECT id, projection, version AS generation_version, status, checkpoint, revision, rate, has_tables, updated_at, parked
  FROM refold.projections
  WHERE projection = :projection::text AND id = :generation::int
)
SELECT live.*, r.key, r.state, r."position", r.version
FROM live LEFT JOIN LATERAL (
  /* selection */
) AS r ON true
