-- A double as JavaScript writes it: the shortest number that is read as this double. PostgreSQL's own is a digit longer
-- if the shorter one lies exactly half-way to the next double, which readers may round to either side.
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
