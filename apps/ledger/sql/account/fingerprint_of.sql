-- The fingerprint of a command for its idempotency key; NULL without a key. Refuses an invalid key.
CREATE FUNCTION ledger.fingerprint_of(agg text, command jsonb, idempotency_key text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF idempotency_key IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM ledger.refuse_input(refold.problem('p_idempotency_key', refold.name_problem(idempotency_key)));
  RETURN refold.command_fingerprint('account', agg, command);
END
$$
