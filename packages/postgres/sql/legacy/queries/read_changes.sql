-- The oldest captured changes, as the mapping's query sees them: it is run on the row before and on the row after, each
-- being all that there is.
SELECT c.id, c.key, c.captured_at, b.copies AS copies_before, b.row AS before, a.copies AS copies_after, a.row AS after,
  coalesce(a.key, b.key) AS query_key,
  r.stream, r.version, r.row::text AS known_row, s.skipped
FROM (
  SELECT * FROM refold.legacy_changes WHERE legacy_table = :id::int ORDER BY id LIMIT :limit::int
) AS c
CROSS JOIN LATERAL (
  WITH captured AS (
    SELECT * FROM jsonb_populate_record(NULL::legacy_relation, c.before) WHERE c.before IS NOT NULL
  )
  SELECT count(*) AS copies, min(t.texts) AS row, min(to_jsonb(q.legacy_key) #>> '{}') AS key
  FROM captured_query AS q
  CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(e.key, e.value)::text AS texts FROM jsonb_each_text(to_jsonb(q)) AS e
  ) AS t
) AS b
CROSS JOIN LATERAL (
  WITH captured AS (
    SELECT * FROM jsonb_populate_record(NULL::legacy_relation, c.after) WHERE c.after IS NOT NULL
  )
  SELECT count(*) AS copies, min(t.texts) AS row, min(to_jsonb(q.legacy_key) #>> '{}') AS key
  FROM captured_query AS q
  CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(e.key, e.value)::text AS texts FROM jsonb_each_text(to_jsonb(q)) AS e
  ) AS t
) AS a
LEFT JOIN LATERAL (
  SELECT * FROM refold.legacy_rows r WHERE r.legacy_table = :id::int AND r.key = c.key LIMIT 1
) AS r ON true
LEFT JOIN LATERAL (
  SELECT true AS skipped FROM refold.legacy_skipped s WHERE s.legacy_table = :id::int AND s.key = c.key LIMIT 1
) AS s ON true
ORDER BY c.id
