-- The rule that a value breaks if its text has more bytes than a limit; NULL if it breaks none. The limits are those of
-- SizeLimits in @refold/core. A jsonb value may be far smaller than its text: the text of 1e308 has 309 bytes. Two kinds of value
-- are refused before their text is made: a value so large that its text must exceed the limit (jsonb takes at most four times the
-- bytes of its text), and a value with a number outside the range of a double.
CREATE FUNCTION refold.size_problem(value jsonb, most int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rule CONSTANT text := format('must not be longer than %s bytes as JSON text', most);
  extreme text;
BEGIN
  IF pg_column_size(ARRAY[value]) > 4 * most + 1024 THEN
    RETURN rule;
  END IF;
  extreme := refold.extreme_number(value);
  RETURN CASE
    WHEN extreme IS NOT NULL THEN 'must hold only numbers that a double can hold, not ' || left(extreme, 40)
    WHEN octet_length(value::text) > most THEN rule
  END;
END
$$
