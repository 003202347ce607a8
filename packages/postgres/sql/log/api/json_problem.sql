-- Why JSON cannot be stored although jsonb can hold it; NULL if it can. JavaScript would read another value:
--   numbers   that a double does not hold as they are written: 12345678901234567890 would be another number
--   keys      of one control character or quote mark, which V8 misreads
--   depth     more than 512 levels
-- Each step takes linear time. jsonb_path_query would not: it removes each result from the front of an array, which takes a
-- minute for a million numbers. A double holds every number of up to 15 digits, and jsonb never writes an exponent.
-- Keys are searched in the text, because jsonb has no list of the keys at all levels; the pattern skips whole strings.
CREATE FUNCTION refold.json_problem(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE
-- The text of a double is then the shortest one.
SET extra_float_digits = 1 AS $$
DECLARE
  json CONSTANT text := value::text;
  wrong numeric;
BEGIN
  IF value IS NULL THEN
    RETURN 'must be JSON, not NULL';
  END IF;
  IF json ~ '[0-9.]{16}' THEN
    SELECT n.number INTO wrong
    FROM jsonb_array_elements(jsonb_path_query_array(value, 'strict $.** ? (@.type() == "number" && @ != 0)')) AS a (item),
      LATERAL (SELECT a.item::numeric) AS n (number)
    WHERE CASE
      -- The smallest and the largest double. Casting a number outside of this range to a double is an error.
      WHEN abs(n.number) NOT BETWEEN 5e-324 AND 1.7976931348623157e308 THEN true
      WHEN n.number = n.number::float8::text::numeric THEN false
      ELSE n.number <> refold.javascript_number(n.number::float8)
    END
    LIMIT 1;
    IF FOUND THEN
      RETURN 'must hold only numbers that a double can hold, not ' || left(wrong::text, 40);
    END IF;
  END IF;
  IF json ~ E'"\\\\.[^"]{0,4}": ' AND json ~ E'^([^"]|"([^"\\\\]|\\\\.)*")*"(\\\\["bfnrt]|\\\\u00[01][0-9a-f])": ' THEN
    RETURN 'must not have a quote mark or control character alone as a key';
  END IF;
  IF jsonb_path_exists(value, 'strict $.**{512} ? (@.type() == "object" || @.type() == "array")') THEN
    RETURN 'must not nest deeper than 512';
  END IF;
  RETURN NULL;
END
$$
