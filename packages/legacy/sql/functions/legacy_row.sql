-- A row as a canonical text: a JSON object of its columns' texts. When jsonb cannot hold the row (a json column may contain
-- \u0000, or a number beyond all limits), a JSON string with the reason. No schema accepts that as a row, so the row is listed
-- as skipped, and the other rows are processed.
CREATE FUNCTION refold.legacy_row(of_table record) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(e.key, e.value)::text FROM jsonb_each_text(to_jsonb(of_table)) AS e);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN to_jsonb('the row cannot be converted to texts: ' || SQLERRM)::text;
END
$$
