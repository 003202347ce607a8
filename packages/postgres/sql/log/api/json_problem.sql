-- Why JSON cannot be stored although jsonb can hold it; NULL if it can. JavaScript would read another value:
--   numbers   that a double does not hold as they are written: 12345678901234567890 would be another number
--   keys      of one control character or quote mark, which V8 misreads
--   depth     more than 512 levels
CREATE FUNCTION refold.json_problem(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE
-- So that the text of a double is the shortest one.
SET extra_float_digits = 1 AS $$
DECLARE
  number numeric;
BEGIN
  IF value IS NULL THEN
    RETURN 'must be JSON, not NULL';
  END IF;
  FOR number IN SELECT n::numeric FROM jsonb_path_query(value, 'strict $.** ? (@.type() == "number" && @ != 0)') AS n LOOP
    -- The smallest and the largest double. Casting a number outside of this range to a double is an error.
    IF abs(number) NOT BETWEEN 5e-324 AND 1.7976931348623157e308
      OR number <> number::float8::text::numeric AND number <> refold.javascript_number(number::float8)
    THEN
      RETURN 'must hold only numbers that a double can hold, not ' || left(number::text, 40);
    END IF;
  END LOOP;
  IF EXISTS (
    SELECT FROM jsonb_path_query(value, 'strict $.** ? (@.type() == "object")') AS o, jsonb_object_keys(o) AS key
    WHERE char_length(key) = 1 AND (key < ' ' COLLATE "C" OR key = '"')
  ) THEN
    RETURN 'must not have a quote mark or control character alone as a key';
  END IF;
  IF jsonb_path_exists(value, 'strict $.**{512} ? (@.type() == "object" || @.type() == "array")') THEN
    RETURN 'must not nest deeper than 512';
  END IF;
  RETURN NULL;
END
$$
