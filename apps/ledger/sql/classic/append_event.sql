-- Appends one event to an account, as it is: nobody decides whether it makes sense, for facts are not refused. But it
-- must be an event of the ledger, with exactly the fields that one of its schema versions has, so that all code can
-- read it.
--   p_agg              the id of the account
--   p_type, p_data     the event, as in event_shapes: 'MoneyWithdrawn',
--                      '{"amount": 10000, "currency": "CZK", "channel": "Cash"}'
--   p_expected         the version that the writer decided on: n, 0 = none yet; NULL = whatever
--   p_idempotency_key  the same event under the same key is stored once
-- Refuses with 22023, RF001 and RF002, as the store's own append_event does.
CREATE FUNCTION ledger.append_event(
  p_agg text, p_type text, p_data jsonb, p_expected bigint DEFAULT NULL, p_idempotency_key text DEFAULT NULL
) RETURNS refold.appended LANGUAGE plpgsql AS $$
DECLARE
  shapes CONSTANT jsonb := ledger.event_shapes() -> p_type;
  schema_version CONSTANT int := ledger.schema_version_of(p_type, p_data);
BEGIN
  PERFORM ledger.check_account_id(p_agg, 'p_agg');
  IF shapes IS NULL THEN
    PERFORM ledger.refuse_input(refold.problem('p_type', 'must be one of ' || ledger.names_in(ledger.event_shapes())));
  ELSIF schema_version IS NULL THEN
    PERFORM ledger.refuse_input(ledger.problem_of(shapes -> -1, p_data, 'p_data'));
  END IF;
  RETURN refold.append_event(
    'account-' || p_agg, p_type, p_data, p_expected, p_idempotency_key, schema_version => schema_version
  );
END
$$
