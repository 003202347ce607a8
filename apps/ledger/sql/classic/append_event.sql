-- Appends one event to an account without a decision: events are facts and are not refused. It must be an event of the
-- ledger with exactly the fields of its schema version, so that all code can read it.
--   p_agg              the id of the account
--   p_type, p_data     the event, as in event_shapes: 'MoneyWithdrawn',
--                      '{"amount": 10000, "currency": "CZK", "channel": "Cash"}'
--   p_expected         the expected version: n, 0 = none yet; NULL = not checked
--   p_idempotency_key  the same event under the same key is stored once
--   p_schema_version   the schema version of p_data; the latest by default
-- The default is the latest version rather than the latest that the data fit: a deposit without a currency fits version
-- 1, which means crowns, so 100 euros with a forgotten field would be stored as 100 crowns.
-- Refuses with 22023, RF001 and RF002, as the store's own append_event does. Runs as its owner; see privileges.sql.
CREATE FUNCTION ledger.append_event(
  p_agg text, p_type text, p_data jsonb, p_expected bigint DEFAULT NULL, p_idempotency_key text DEFAULT NULL,
  p_schema_version int DEFAULT NULL
) RETURNS refold.appended LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  shapes CONSTANT jsonb := ledger.event_shapes() -> p_type;
  latest CONSTANT int := jsonb_array_length(shapes);
  chosen CONSTANT int := coalesce(p_schema_version, latest);
BEGIN
  PERFORM ledger.check_account_id(p_agg, 'p_agg');
  IF shapes IS NULL THEN
    PERFORM ledger.refuse_input(refold.problem('p_type', 'must be one of ' || ledger.names_in(ledger.event_shapes())));
  ELSIF chosen NOT BETWEEN 1 AND latest THEN
    PERFORM ledger.refuse_input(refold.problem(
      'p_schema_version', format('must be a schema version of %s, 1 to %s', p_type, latest)
    ));
  ELSIF NOT ledger.fits(shapes -> (chosen - 1), p_data) THEN
    PERFORM ledger.refuse_input(ledger.problem_of(shapes -> (chosen - 1), p_data, 'p_data'));
  END IF;
  RETURN refold.append_event(
    'account-' || p_agg, p_type, p_data, p_expected, p_idempotency_key, schema_version => chosen
  );
END
$$
