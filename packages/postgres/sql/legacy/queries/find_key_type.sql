-- The type of the key, also where there is no row; and whether the query can be run at all. By its own name, because what SQL
-- calls character and bit are character(1) and bit(1).
SELECT format('%I.%I', n.nspname, t.typname) AS type
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid = pg_typeof((SELECT q.legacy_key FROM legacy_query AS q LIMIT 1))
