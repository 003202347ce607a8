-- Opens an account: CALL ledger.open('ada', 'Prague', 'CZK'). See handle for what the parameters mean and how it
-- refuses.
-- Within PL/pgSQL the result needs a variable (result => answer); there, PERFORM ledger.handle(…) does the same.
CREATE PROCEDURE ledger.open(
  p_agg text, p_branch text, p_currency text, p_statements text DEFAULT 'Monthly',
  p_expected bigint DEFAULT NULL, p_idempotency_key text DEFAULT NULL, p_correlation_id text DEFAULT NULL,
  p_actor text DEFAULT NULL, p_occurred_at timestamptz DEFAULT NULL, INOUT result jsonb DEFAULT NULL
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  result := to_jsonb(ledger.handle(
    p_agg,
    jsonb_build_object('_tag', 'OpenAccount', 'branch', p_branch, 'currency', p_currency, 'statements', p_statements),
    p_expected, p_idempotency_key, p_correlation_id, p_actor, p_occurred_at
  ));
END
$$
