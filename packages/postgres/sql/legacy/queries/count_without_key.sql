-- How many rows have no key.
SELECT count(*) AS rows FROM legacy_query AS q WHERE q.legacy_key IS NULL
