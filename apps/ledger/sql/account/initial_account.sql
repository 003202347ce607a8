-- The state of an account without events.
CREATE FUNCTION ledger.initial_account() RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT '{"_tag": "NotOpen", "version": 0}'::jsonb
$$
