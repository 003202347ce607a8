-- The first problem of a JSON object that must have exactly the fields of a shape: {"field", "rule"}, or NULL. Wrong
-- and unknown fields come before missing ones: a misspelt field is both.
CREATE FUNCTION ledger.problem_of(shape jsonb, data jsonb, path text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(
  (
    SELECT jsonb_build_object('field', path, 'rule', 'must be an object')
    WHERE jsonb_typeof(data) IS DISTINCT FROM 'object'
  ),
  (
    SELECT jsonb_build_object('field', path || '.' || given.name, 'rule', CASE
      WHEN f.field IS NULL THEN 'is not known here'
      ELSE ledger.rule_of(f.field ->> 1)
    END)
    FROM jsonb_each(CASE WHEN jsonb_typeof(data) = 'object' THEN data ELSE '{}' END) AS given(name, value)
    LEFT JOIN jsonb_array_elements(shape) WITH ORDINALITY AS f(field, number) ON f.field ->> 0 = given.name
    WHERE f.field IS NULL OR ledger.read_field(f.field ->> 1, given.value) IS NULL
    ORDER BY f.number NULLS LAST, given.name COLLATE "C" LIMIT 1
  ),
  (
    SELECT jsonb_build_object(
      'field', path || '.' || (f.field ->> 0), 'rule', 'is missing: ' || ledger.rule_of(f.field ->> 1)
    )
    FROM jsonb_array_elements(shape) WITH ORDINALITY AS f(field, number)
    WHERE jsonb_array_length(f.field) = 2 AND NOT data ? (f.field ->> 0)
    ORDER BY f.number LIMIT 1
  )
)
$$
