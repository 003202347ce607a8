-- A page of what is remembered of rows that are not in the legacy table: those of which events say so, and (extra) those of
-- which none does. Changes that wait in the queue explain themselves.
WITH page AS MATERIALIZED (
  -- Collated as nothing else is, so that keys are compared as their own column wants it.
  SELECT r.key COLLATE "default" AS key, r.stream, r.row FROM refold.legacy_rows r
  WHERE r.legacy_table = :id::int
    AND r.key > :after::text
  ORDER BY r.key
  LIMIT :limit::int
)
SELECT p.key, p.stream, p.row IS NOT NULL AS is_extra,
  NOT EXISTS (
    SELECT FROM legacy_query AS q
    WHERE q.legacy_key = p.key::legacy_key_type AND format('%s', q.legacy_key) COLLATE "C" = p.key
  ) AS is_missing,
  EXISTS (
    SELECT FROM refold.legacy_changes c
    WHERE c.legacy_table = :id::int AND left(c.key, 200) = left(p.key, 200) AND c.key = p.key
  ) AS is_pending
FROM page AS p
ORDER BY p.key COLLATE "C"
