-- The fingerprint of a command for its idempotency key, equal to the one of the TypeScript handler of the same
-- aggregate: the category, the id and the encoded command. A command that was sent from one language and is retried from
-- the other gets its first answer. A command may come unchecked from a client of the application. canonical_json copies the
-- content of each level, so its memory grows with size times depth: both are limited.
CREATE FUNCTION refold.command_fingerprint(category text, id text, command jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rule CONSTANT text := CASE
    -- jsonb takes at most four times the bytes of its text.
    WHEN pg_column_size(ARRAY[command]) > 4 * 1048576 + 1024 THEN 'must not be longer than 1048576 bytes as JSON text'
    WHEN refold.extreme_number(command) IS NOT NULL THEN 'must hold only numbers that a double can hold'
    WHEN octet_length(command::text) > 1048576 THEN 'must not be longer than 1048576 bytes as JSON text'
    WHEN jsonb_path_exists(command, 'strict $.**{32} ? (@.type() == "object" || @.type() == "array")') THEN 'must not nest deeper than 32'
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
