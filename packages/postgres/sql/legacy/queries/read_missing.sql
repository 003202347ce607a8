-- A page of what is remembered, and which of its rows are not in the legacy table any more.
WITH page AS MATERIALIZED (
  SELECT key FROM refold.legacy_rows
  WHERE legacy_table = :id::int
    AND row IS NOT NULL
    AND key > :after::text
  ORDER BY key
  LIMIT :limit::int
)
SELECT count(*) AS rows, max(p.key) AS last,
  coalesce(array_agg(p.key) FILTER (WHERE NOT EXISTS (
    SELECT FROM legacy_query AS q WHERE q.legacy_key = p.key::legacy_key_type
  )), '{}') AS missing
FROM page AS p
