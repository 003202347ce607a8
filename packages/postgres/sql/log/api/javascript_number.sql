-- The number that JavaScript writes for a double: the shortest one that parses to it. PostgreSQL writes one digit more if the
-- shorter number is exactly half-way to the next double, because parsers may round it to either side.
CREATE FUNCTION refold.javascript_number(value float8) RETURNS numeric LANGUAGE plpgsql IMMUTABLE
SET extra_float_digits = 1 AS $$
DECLARE
  number numeric := value::text::numeric;
  shorter numeric;
BEGIN
  LOOP
    shorter := round(number, CASE
      WHEN min_scale(number) > 0 THEN min_scale(number) - 1
      ELSE -1 - length(substring(abs(trunc(number))::text FROM '0*$'))
    END);
    EXIT WHEN number = 0 OR shorter = 0 OR abs(shorter) > 1.7976931348623157e308 OR shorter::float8 <> value;
    number := shorter;
  END LOOP;
  RETURN number;
END
$$
