-- The fingerprint of a command for its idempotency key, equal to the one of the TypeScript handler of the same
-- aggregate: the category, the id and the encoded command. So a command that was sent in one language and is retried in
-- the other gets its first answer. A command may be what a client of the application has sent: one that is as large as the
-- data of an event and hundreds of levels deep would take a minute, and is refused.
CREATE FUNCTION refold.command_fingerprint(category text, id text, command jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rule CONSTANT text := CASE
    WHEN octet_length(command::text) > 8388608 THEN 'must not be longer than 8388608 bytes as JSON text'
    WHEN jsonb_path_exists(command, 'strict $.**{64} ? (@.type() == "object" || @.type() == "array")') THEN 'must not nest deeper than 64'
  END;
BEGIN
  IF rule IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('command %s', rule),
      DETAIL = jsonb_build_object('field', 'command', 'rule', rule);
  END IF;
  RETURN refold.canonical_json(jsonb_build_array(category, id, command));
END
$$
