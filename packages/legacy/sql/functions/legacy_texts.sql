-- An SQL expression that gives the columns of a row as a jsonb object of texts, with NULLs as they are. By format(), which calls
-- only the output functions of the types: only a superuser can create those. A cast and to_jsonb may call functions that the
-- creator of a type has written, and a json column may hold what jsonb cannot.
--   relation   the table of the row
--   source     the name of the row in the expression
CREATE FUNCTION refold.legacy_texts(relation oid, source text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
SELECT format('jsonb_object(ARRAY[%s]::text[], ARRAY[%s]::text[])',
  string_agg(quote_literal(a.attname), ', ' ORDER BY a.attnum),
  -- Not IS NULL, which is true also for a composite value whose fields are all NULL.
  string_agg(
    format('CASE WHEN num_nulls(%1$s.%2$I) = 0 THEN format(''%%s'', %1$s.%2$I) END', source, a.attname),
    ', ' ORDER BY a.attnum
  ))
FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$
