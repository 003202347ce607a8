-- Rows of the generation that is believed to be live (here: 0), and the one that is, at one moment: by one snapshot. No
-- rows where the two differ. The rows come in the order of the selection: they are the inside of a loop over one row.
WITH live AS MATERIALIZED (
  SELECT id, projection, version AS generation_version, status, checkpoint, revision, rate, has_tables, updated_at, parked
  FROM refold.projections
  WHERE projection = :projection::text AND status = 'Live'
)
SELECT live.*, r.key, r.state, r."position", r.version
FROM live LEFT JOIN LATERAL (
  /* selection */
) AS r ON live.id = :generation::int
