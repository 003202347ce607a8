-- A field and the rule that it breaks; NULL if it breaks none.
CREATE FUNCTION refold.problem(field text, rule text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN rule IS NOT NULL THEN jsonb_build_object('field', field, 'rule', rule) END
$$
