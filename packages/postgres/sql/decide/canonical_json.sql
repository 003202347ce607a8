-- The canonical text of a JSON value: keys sorted, no spaces, as JavaScript writes it (Json.canonical in @refold/core).
-- Equal values have equal texts, in both languages. Keys are sorted as JavaScript does, by UTF-16 units: there,
-- characters beyond the first 65,536 come before those from U+E000 on, which the U+10FFFF put in front of the latter
-- reproduces. Each level copies what is in it: the time is that of the size times the depth.
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
        -- Without an ORDER BY, which would copy every element once more: the rows of a function come in its order.
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
