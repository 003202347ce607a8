-- One step of fold_account; the first one returns the start state evolved by the first event.
CREATE FUNCTION ledger.fold_account_step(state jsonb, start jsonb, event refold.event_store) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN ledger.evolve_event(coalesce(state, start), ledger.account_event(event));
END
$$
