-- The canonical text of a JSON value that is neither an object nor an array, for canonical_json. A double holds every number of
-- up to 15 digits, and jsonb never writes an exponent, so such numbers need no conversion.
CREATE FUNCTION refold.canonical_scalar(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  number numeric;
  digits text;
  exponent int;
BEGIN
  IF jsonb_typeof(value) <> 'number' THEN
    RETURN value::text;
  END IF;
  number := value::numeric;
  IF octet_length(value::text) > 15 THEN
    number := refold.javascript_number(number::float8);
  END IF;
  -- JavaScript writes very small and very large numbers with an exponent.
  IF number <> 0 AND (abs(number) < 0.000001 OR abs(number) >= 1e21) THEN
    digits := trim(BOTH '0' FROM replace(abs(number)::text, '.', ''));
    exponent := CASE
      WHEN abs(number) >= 1 THEN length(trunc(abs(number))::text) - 1
      ELSE -1 - length(substring(abs(number)::text FROM '^0[.](0*)'))
    END;
    RETURN CASE WHEN number < 0 THEN '-' ELSE '' END || regexp_replace(digits, '^(.)(.+)$', E'\\1.\\2') || 'e' || to_char(exponent, 'FMSG999');
  END IF;
  RETURN trim_scale(number)::text;
END
$$
