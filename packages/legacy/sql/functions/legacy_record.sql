-- A captured row as a text that can be cast to its table's row type, with the columns that the table has now. Not
-- jsonb_populate_record, which would take the text of a json column for a string.
CREATE FUNCTION refold.legacy_record(relation regclass, texts jsonb) RETURNS text LANGUAGE sql STABLE AS $$
SELECT '(' || string_agg(
  coalesce('"' || replace(replace(texts ->> a.attname, '\', '\\'), '"', '""') || '"', ''), ',' ORDER BY a.attnum
) || ')'
FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$
