-- As read_page, for given keys, whether there are such rows or not. What the type of the key calls equal is a row of this key
-- only where the text is the same, too; but then they share it.
SELECT k.key, p.copies, p.row, r.stream, r.version, r.row::text AS known_row, s.skipped, c.changes,
  coalesce(c.captured_at, clock_timestamp()) AS seen_at
FROM unnest(:keys::text[]) AS k (key)
CROSS JOIN LATERAL (
  SELECT CASE WHEN bool_or(format('%s', q.legacy_key) COLLATE "C" = k.key) THEN count(*) ELSE 0 END AS copies,
    min(refold.legacy_row(q.*)) FILTER (WHERE format('%s', q.legacy_key) COLLATE "C" = k.key) AS row
  FROM legacy_query AS q
  WHERE q.legacy_key = k.key::legacy_key_type
) AS p
LEFT JOIN LATERAL (
  SELECT * FROM refold.legacy_rows r WHERE r.legacy_table = :id::int AND r.key = k.key LIMIT 1
) AS r ON true
LEFT JOIN LATERAL (
  SELECT true AS skipped FROM refold.legacy_skipped s WHERE s.legacy_table = :id::int AND s.key = k.key LIMIT 1
) AS s ON true
LEFT JOIN LATERAL (
  SELECT array_agg(c.id ORDER BY c.id) AS changes, max(c.captured_at) AS captured_at
  FROM refold.legacy_changes c
  WHERE c.legacy_table = :id::int AND left(c.key, 200) = left(k.key, 200) AND c.key = k.key
) AS c ON true
