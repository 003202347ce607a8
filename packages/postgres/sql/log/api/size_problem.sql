-- The rule that a value breaks whose text has more bytes than a limit; NULL if it breaks none. A value of jsonb may be far
-- smaller than its text: 1e308 takes 309 bytes. The limits are those of SizeLimits in @refold/core. The text is not made where
-- the value is too large without, for jsonb takes at most four times the bytes of its text, nor where a number in it may have a
-- huge one: then that is what is wrong.
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
