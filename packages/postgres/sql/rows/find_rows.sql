-- The rows of a generation (here: 0) with these keys. Key by key: a plan for "= ANY (keys)" that was made while the table
-- was small scans all of it, and is kept.
SELECT r.key, r.state, r."position", r.version
FROM unnest(:keys::text[]) AS wanted(key)
CROSS JOIN LATERAL (
  SELECT * FROM refold.rows_0 AS one WHERE one.key = wanted.key OFFSET 0
) AS r
