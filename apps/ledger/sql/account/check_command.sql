-- The first layer of validation: refuses malformed commands (22023) before anything is read. Unknown fields are refused
-- too: a misspelt optional field would otherwise be dropped silently. Returns the command as TypeScript has it, with
-- 100 for 100.0, so that its idempotency key has the same fingerprint in both languages.
CREATE FUNCTION ledger.check_command(command jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  known CONSTANT jsonb := ledger.command_shapes();
  shape CONSTANT jsonb := known -> (command ->> '_tag');
BEGIN
  IF jsonb_typeof(command) = 'object' AND (shape IS NULL OR jsonb_typeof(command -> '_tag') <> 'string') THEN
    PERFORM ledger.refuse_input(refold.problem('command._tag', 'must be one of ' || ledger.names_in(known)));
  END IF;
  IF jsonb_typeof(command) IS DISTINCT FROM 'object' OR NOT ledger.fits(shape, command - '_tag') THEN
    PERFORM ledger.refuse_input(ledger.problem_of(
      shape, CASE WHEN jsonb_typeof(command) = 'object' THEN command - '_tag' ELSE command END, 'command'
    ));
  END IF;
  RETURN ledger.read_fields(shape, command) || jsonb_build_object('_tag', command -> '_tag');
END
$$
