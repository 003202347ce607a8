-- The fingerprint of a command for its idempotency key, equal to the one of the TypeScript handler of the same
-- aggregate: the category, the id and the encoded command. So a command that was sent in one language and is retried in
-- the other gets its first answer.
CREATE FUNCTION refold.command_fingerprint(category text, id text, command jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT refold.canonical_json(jsonb_build_array(category, id, command))
$$
