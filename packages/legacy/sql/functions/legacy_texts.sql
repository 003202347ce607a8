-- An expression of SQL for the columns of a row as a jsonb of texts, NULLs as they are. By format(), which calls the output
-- functions of the types and nothing else: only a superuser can make those. A cast, and to_jsonb, call functions that
-- whoever made a type has written, and a json column may hold what a jsonb cannot.
--   relation   the table that the row is of
--   source     how the expression calls the row
CREATE FUNCTION refold.legacy_texts(relation oid, source text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
SELECT format('jsonb_object(ARRAY[%s]::text[], ARRAY[%s]::text[])',
  string_agg(quote_literal(a.attname), ', ' ORDER BY a.attnum),
  -- Not IS NULL, which holds also for a composite value of NULLs.
  string_agg(
    format('CASE WHEN num_nulls(%1$s.%2$I) = 0 THEN format(''%%s'', %1$s.%2$I) END', source, a.attname),
    ', ' ORDER BY a.attnum
  ))
FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$
