-- The rule that a value breaks if it must be an object with these fields and no others; NULL if it breaks none. An
-- unknown field is refused, because a misspelt one would be ignored silently.
--   fields   the type of each: string, number, integer, array, object or any; with ? if it may be missing or null
CREATE FUNCTION refold.object_problem(value jsonb, fields jsonb, field text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN jsonb_typeof(value) IS DISTINCT FROM 'object' THEN jsonb_build_object('field', field, 'rule', 'must be an object')
  ELSE (
    SELECT jsonb_build_object('field', field || '.' || name, 'rule', rule) FROM (
      SELECT key AS name, 'is not known' AS rule FROM jsonb_object_keys(value) AS key WHERE NOT fields ? key
      UNION ALL
      SELECT key, CASE
        WHEN value -> key IS NULL THEN 'is missing'
        WHEN rtrim(wanted, '?') = 'integer' THEN 'must be a whole number'
        ELSE 'must be of type ' || rtrim(wanted, '?')
      END
      FROM jsonb_each_text(fields) AS f(key, wanted)
      WHERE NOT (wanted LIKE '%?' AND coalesce(jsonb_typeof(value -> key), 'null') = 'null') AND CASE rtrim(wanted, '?')
        WHEN 'any' THEN value -> key IS NULL
        -- Integers that JavaScript holds exactly.
        WHEN 'integer' THEN NOT jsonb_path_exists(
          value -> key, '$ ? (@.type() == "number" && @ % 1 == 0 && @ >= -9007199254740991 && @ <= 9007199254740991)'
        ) IS TRUE
        ELSE jsonb_typeof(value -> key) IS DISTINCT FROM rtrim(wanted, '?')
      END
    ) AS problems
    LIMIT 1
  )
END
$$
