-- The whole number in a JSON value as JavaScript reads it, or NULL where it is none: 100 and 100.0 are equal, and a
-- double is not exact beyond 9007199254740991. The twin of Schema.Int.
CREATE FUNCTION ledger.whole_number(value jsonb) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  most CONSTANT bigint := 9007199254740991;
  number numeric;
  double float8;
BEGIN
  IF jsonb_typeof(value) IS DISTINCT FROM 'number' THEN
    RETURN NULL;
  END IF;
  number := value::numeric;
  IF abs(number) > most + 1 THEN
    RETURN NULL;
  ELSIF number = trunc(number) AND abs(number) <= most THEN
    RETURN number::bigint;
  -- Less than the smallest double is 0 there, and an error in a cast here.
  ELSIF abs(number) < 2.5e-324 THEN
    RETURN 0;
  END IF;
  double := number::float8;
  RETURN CASE WHEN double = trunc(double) AND abs(double) <= most THEN double::bigint END;
END
$$
