-- A page of the legacy table, rows that share a key together; what is remembered of each; and which captured changes it
-- includes. All by one statement and so from one snapshot: a change is visible in the queue exactly if it is visible in the
-- row, because both were committed together.
WITH page AS MATERIALIZED (
  SELECT q.legacy_key AS key, count(*) AS copies, min(refold.legacy_row(q.*)) AS row
  FROM legacy_query AS q
  WHERE q.legacy_key IS NOT NULL
    AND q.legacy_key > :after::legacy_key_type
  GROUP BY q.legacy_key
  ORDER BY q.legacy_key
  LIMIT :limit::int
)
SELECT p.text AS key, p.copies, p.row, r.stream, r.version, r.row::text AS known_row, s.skipped, c.changes,
  coalesce(c.captured_at, clock_timestamp()) AS seen_at
FROM (SELECT *, format('%s', key) COLLATE "C" AS text FROM page) AS p
-- LIMIT, so that each is one look into the index: a join may read all that is remembered for each page.
LEFT JOIN LATERAL (
  SELECT * FROM refold.legacy_rows r WHERE r.legacy_table = :id::int AND r.key = p.text LIMIT 1
) AS r ON true
LEFT JOIN LATERAL (
  SELECT true AS skipped FROM refold.legacy_skipped s WHERE s.legacy_table = :id::int AND s.key = p.text LIMIT 1
) AS s ON true
LEFT JOIN LATERAL (
  SELECT array_agg(c.id ORDER BY c.id) AS changes, max(c.captured_at) AS captured_at
  FROM refold.legacy_changes c
  WHERE c.legacy_table = :id::int AND left(c.key, 200) = left(p.text, 200) AND c.key = p.text
) AS c ON true
ORDER BY p.key
