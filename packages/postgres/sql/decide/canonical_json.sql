-- The canonical text of a JSON value: keys sorted, no spaces, as JavaScript writes it (Json.canonical in @refold/core).
-- Equal values have equal texts, in both languages. Keys are sorted as JavaScript does, by UTF-16 units: there,
-- characters beyond the first 65,536 come before those from U+E000 on, which the U+10FFFF put in front of the latter
-- reproduces.
CREATE FUNCTION refold.canonical_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE SET extra_float_digits = 1 AS $$
DECLARE
  number numeric;
  digits text;
  exponent int;
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      RETURN (
        SELECT '{' || coalesce(string_agg(
          to_json(o.key) || ':' || refold.canonical_json(o.item), ','
          ORDER BY regexp_replace(o.key, E'([\\uE000-\\uFFFF])', chr(1114111) || E'\\1', 'g') COLLATE "C"
        ), '') || '}'
        FROM jsonb_each(value) AS o(key, item)
      );
    WHEN 'array' THEN
      RETURN (
        SELECT '[' || coalesce(string_agg(refold.canonical_json(a.item), ',' ORDER BY a.number), '') || ']'
        FROM jsonb_array_elements(value) WITH ORDINALITY AS a(item, number)
      );
    WHEN 'number' THEN
      number := refold.javascript_number(value::numeric::float8);
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
    ELSE
      RETURN value::text;
  END CASE;
END
$$
