-- Pays money into an account, in minor units: CALL ledger.deposit('ada', 10000) for 100.00. See handle for what the
-- parameters mean and how it refuses. The amount is numeric rather than bigint, so that 0.5 is refused and not rounded.
-- Within PL/pgSQL the result needs a variable (result => answer); there, PERFORM ledger.handle(…) does the same.
CREATE PROCEDURE ledger.deposit(
  p_agg text, p_amount numeric, p_channel text DEFAULT 'Unspecified', p_currency text DEFAULT NULL,
  p_purpose text DEFAULT NULL, p_counterparty text DEFAULT NULL,
  p_expected bigint DEFAULT NULL, p_idempotency_key text DEFAULT NULL, p_correlation_id text DEFAULT NULL,
  p_actor text DEFAULT NULL, p_occurred_at timestamptz DEFAULT NULL, INOUT result jsonb DEFAULT NULL
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  result := to_jsonb(ledger.handle(
    p_agg, ledger.movement_of('Deposit', p_amount, p_channel, p_currency, p_purpose, p_counterparty),
    p_expected, p_idempotency_key, p_correlation_id, p_actor, p_occurred_at
  ));
END
$$
