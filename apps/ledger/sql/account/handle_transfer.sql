-- Moves money from one account to another in one commit: both accounts are changed, or neither is. The twin of
-- transferAtOnce in TransferAtOnce.ts; see the procedure transfer. Both accounts are locked before either is read, in
-- an order in which two transfers cannot wait for one another.
CREATE FUNCTION ledger.handle_transfer(
  p_from text, p_to text, p_amount numeric, p_currency text, p_purpose text,
  p_idempotency_key text, p_correlation_id text, p_actor text, p_occurred_at timestamptz
) RETURNS SETOF refold.appended LANGUAGE plpgsql AS $$
DECLARE
  aggs CONSTANT text[] := ARRAY[p_from, p_to];
  withdrawal jsonb := ledger.movement_of('Withdraw', p_amount, 'Transfer', p_currency, p_purpose, p_to);
  deposit jsonb := ledger.movement_of('Deposit', p_amount, 'Transfer', p_currency, p_purpose, p_from);
  fingerprint text;
  loaded refold.rebuilt[];
  withdrawn jsonb;
  deposited jsonb;
BEGIN
  PERFORM ledger.check_account_id(p_from, 'p_from');
  PERFORM ledger.check_account_id(p_to, 'p_to');
  IF p_from = p_to THEN
    PERFORM ledger.refuse_input(refold.problem('p_to', 'must be another account than p_from'));
  END IF;
  withdrawal := ledger.check_command(withdrawal);
  deposit := ledger.check_command(deposit);
  -- Put together as TypeScript does it for commands that are handled together.
  IF p_idempotency_key IS NOT NULL THEN
    fingerprint := refold.canonical_json(jsonb_build_array(
      ledger.fingerprint_of(p_from, withdrawal, p_idempotency_key),
      ledger.fingerprint_of(p_to, deposit, p_idempotency_key)
    ));
  END IF;
  PERFORM refold.lock_streams(
    ARRAY['account-' || p_from, 'account-' || p_to], ARRAY[coalesce(p_idempotency_key, '')], true
  );
  RETURN QUERY SELECT * FROM refold.first_answer(p_idempotency_key, fingerprint);
  IF FOUND THEN
    RETURN;
  END IF;
  loaded := ARRAY[ledger.load_account(p_from), ledger.load_account(p_to)];
  withdrawn := ledger.accepted(p_from, ledger.decide_account(withdrawal, loaded[1].state), true);
  -- The default currency is that of the paying account: 100 crowns must not arrive as 100 euros.
  deposit := jsonb_build_object('currency', loaded[1].state -> 'currency') || deposit;
  deposited := ledger.accepted(p_to, ledger.decide_account(deposit, loaded[2].state), true);
  RETURN QUERY SELECT * FROM ledger.store_decisions(
    aggs, loaded, ARRAY[withdrawn, deposited], p_idempotency_key, fingerprint,
    ledger.metadata_of(p_correlation_id, p_actor), p_occurred_at
  );
END
$$
