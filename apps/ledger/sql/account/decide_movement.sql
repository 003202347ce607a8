-- Deposit and Withdraw on an open account. An amount of 0 is refused. A command that names a currency is refused where
-- the account is kept in another.
CREATE FUNCTION ledger.decide_movement(what text, asked jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  booked CONSTANT jsonb := asked || jsonb_build_object('currency', state -> 'currency');
BEGIN
  IF asked -> 'amount' = '0' THEN
    RETURN ledger.refused('AmountIsZero');
  ELSIF asked -> 'currency' <> state -> 'currency' THEN
    RETURN ledger.refused(
      'OtherCurrency', jsonb_build_object('currency', state -> 'currency', 'requested', asked -> 'currency')
    );
  ELSIF what = 'Deposit' THEN
    RETURN ledger.decided('MoneyDeposited', booked);
  ELSIF ledger.is_too_much(asked -> 'amount', state) THEN
    RETURN ledger.insufficient_funds(asked -> 'amount', state);
  END IF;
  RETURN ledger.decided('MoneyWithdrawn', booked);
END
$$
