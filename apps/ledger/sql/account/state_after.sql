-- The state of an account after events, as account_event reads them.
CREATE FUNCTION ledger.state_after(state jsonb, events jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  event jsonb;
BEGIN
  FOR event IN SELECT * FROM jsonb_array_elements(events) LOOP
    state := ledger.evolve_event(state, event);
  END LOOP;
  RETURN state;
END
$$
