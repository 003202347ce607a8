-- The canonical text of a JSON value: keys sorted, no spaces, as JavaScript writes it (Json.canonical in @refold/core).
-- Equal values have equal texts in both languages. Keys are sorted by UTF-16 units, as JavaScript sorts them: characters above
-- U+FFFF come before those from U+E000 on. Putting U+10FFFF in front of the latter reproduces that order. Each level copies its
-- content, so the time grows with size times depth.
CREATE FUNCTION refold.canonical_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      RETURN (
        SELECT '{' || coalesce(string_agg(
          to_json(o.key) || ':' || CASE
            WHEN jsonb_typeof(o.item) IN ('object', 'array') THEN refold.canonical_json(o.item)
            ELSE refold.canonical_scalar(o.item)
          END, ','
          ORDER BY regexp_replace(o.key, E'([\\uE000-\\uFFFF])', chr(1114111) || E'\\1', 'g') COLLATE "C"
        ), '') || '}'
        FROM jsonb_each(value) AS o(key, item)
      );
    WHEN 'array' THEN
      RETURN (
        -- No ORDER BY, which would copy every element again: a function yields its rows in order.
        SELECT '[' || coalesce(string_agg(CASE
          WHEN jsonb_typeof(a.item) IN ('object', 'array') THEN refold.canonical_json(a.item)
          ELSE refold.canonical_scalar(a.item)
        END, ','), '') || ']'
        FROM jsonb_array_elements(value) AS a(item)
      );
    ELSE
      RETURN refold.canonical_scalar(value);
  END CASE;
END
$$
