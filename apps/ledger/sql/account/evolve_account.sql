-- The state of an account after a stored event.
CREATE FUNCTION ledger.evolve_account(state jsonb, event refold.event_store) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT ledger.evolve_event(state, ledger.account_event(event))
$$
