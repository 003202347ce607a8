-- A page of what is remembered of rows that are not in the legacy table: those of which events say so, and (extra) those of
-- which none does. Changes that wait in the queue explain themselves.
WITH page AS MATERIALIZED (
  SELECT key, stream, row FROM refold.legacy_rows
  WHERE legacy_table = :id::int
    AND key > :after::text
  ORDER BY key
  LIMIT :limit::int
)
SELECT p.key, p.stream, p.row IS NOT NULL AS is_extra,
  NOT EXISTS (SELECT FROM legacy_query AS q WHERE q.legacy_key = p.key::legacy_key_type) AS is_missing,
  EXISTS (SELECT FROM refold.legacy_changes c WHERE c.legacy_table = :id::int AND c.key = p.key) AS is_pending
FROM page AS p
ORDER BY p.key
