-- One step of fold_account, which begins with the state that it is given.
CREATE FUNCTION ledger.fold_account_step(state jsonb, start jsonb, event refold.event_store) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN ledger.evolve_event(coalesce(state, start), ledger.account_event(event));
END
$$
