-- The type of the key, also where there is no row; and whether the query can be run at all.
SELECT pg_typeof((SELECT q.legacy_key FROM legacy_query AS q LIMIT 1))::text AS type
