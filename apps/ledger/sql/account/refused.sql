-- The answer of decide_account that refuses a command: the refusal's tag and its fields.
CREATE FUNCTION ledger.refused(tag text, details jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT jsonb_build_object('refusal', jsonb_build_object('_tag', tag) || details)
$$
