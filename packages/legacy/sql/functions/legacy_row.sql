-- A row as a canonical text: a JSON object of its columns' texts. Where a jsonb cannot hold the row (a json column may have
-- \u0000, or a number beyond all bounds) a JSON string that says so, which no schema takes for a row: it is listed, and the
-- others go on.
CREATE FUNCTION refold.legacy_row(of_table record) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(e.key, e.value)::text FROM jsonb_each_text(to_jsonb(of_table)) AS e);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN to_jsonb('a row that has no texts: ' || SQLERRM)::text;
END
$$
