-- How many rows the mapping's query has.
SELECT count(*) AS rows FROM legacy_query AS q
