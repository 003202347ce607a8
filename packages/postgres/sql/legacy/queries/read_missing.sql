-- A page of what is remembered, and which of its rows are not in the legacy table any more: none has the key's text, whatever
-- the type of the key calls equal.
WITH page AS MATERIALIZED (
  -- Collated as nothing else is, so that keys are compared as their own column wants it.
  SELECT r.key COLLATE "default" AS key FROM refold.legacy_rows r
  WHERE r.legacy_table = :id::int
    AND r.row IS NOT NULL
    AND r.key > :after::text
  ORDER BY r.key
  LIMIT :limit::int
)
SELECT count(*) AS rows, max(p.key COLLATE "C") AS last,
  coalesce(array_agg(p.key) FILTER (WHERE NOT EXISTS (
    SELECT FROM legacy_query AS q
    WHERE q.legacy_key = p.key::legacy_key_type AND format('%s', q.legacy_key) COLLATE "C" = p.key
  )), '{}') AS missing
FROM page AS p
