-- The oldest captured changes, as the mapping's query sees them: it is run on the row before and on the row after, each
-- being all that there is. OFFSET 0, so that it is made once and not once for each column.
SELECT c.id, c.key, c.captured_at, b.copies AS copies_before, b.row AS before, a.copies AS copies_after, a.row AS after,
  coalesce(a.key, b.key) AS query_key,
  r.stream, r.version, r.row::text AS known_row, s.skipped
FROM (
  SELECT * FROM refold.legacy_changes WHERE legacy_table = :id::int ORDER BY id LIMIT :limit::int
) AS c
CROSS JOIN LATERAL (
  WITH captured AS (
    SELECT (r.row).*
    FROM (SELECT refold.legacy_record('legacy_relation', c.before)::legacy_relation AS row OFFSET 0) AS r
    WHERE c.before IS NOT NULL
  )
  SELECT count(*) AS copies, min(refold.legacy_row(q.*)) AS row,
    min(format('%s', q.legacy_key) COLLATE "C") FILTER (WHERE q.legacy_key IS NOT NULL) AS key
  FROM captured_query AS q
) AS b
CROSS JOIN LATERAL (
  WITH captured AS (
    SELECT (r.row).*
    FROM (SELECT refold.legacy_record('legacy_relation', c.after)::legacy_relation AS row OFFSET 0) AS r
    WHERE c.after IS NOT NULL
  )
  SELECT count(*) AS copies, min(refold.legacy_row(q.*)) AS row,
    min(format('%s', q.legacy_key) COLLATE "C") FILTER (WHERE q.legacy_key IS NOT NULL) AS key
  FROM captured_query AS q
) AS a
LEFT JOIN LATERAL (
  SELECT * FROM refold.legacy_rows r WHERE r.legacy_table = :id::int AND r.key = c.key LIMIT 1
) AS r ON true
LEFT JOIN LATERAL (
  SELECT true AS skipped FROM refold.legacy_skipped s WHERE s.legacy_table = :id::int AND s.key = c.key LIMIT 1
) AS s ON true
ORDER BY c.id
