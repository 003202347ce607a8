-- A page of the rows that could not be turned into events; those without a key come last.
SELECT key, rows, reason FROM refold.legacy_skipped
WHERE legacy_table = :id::int
  AND (key > :after::text OR key IS NULL)
ORDER BY key
LIMIT :limit::int
