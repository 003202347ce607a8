-- ReverseDeposit on an open account. What happened is not taken back: another event undoes what it did. Of a deposit
-- that the account has forgotten nobody knows any more whether there was one.
CREATE FUNCTION ledger.decide_reversal(asked jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  wanted CONSTANT jsonb := asked -> 'deposit';
  told CONSTANT jsonb := jsonb_build_object('deposit', wanted);
  deposits CONSTANT jsonb := state -> 'deposits';
  found_one CONSTANT jsonb := (
    SELECT d.deposit FROM jsonb_array_elements(deposits) WITH ORDINALITY AS d(deposit, number)
    WHERE d.deposit -> 'version' = wanted ORDER BY d.number LIMIT 1
  );
BEGIN
  IF found_one IS NULL THEN
    RETURN ledger.refused(CASE
      WHEN jsonb_array_length(deposits) = 10 AND wanted < deposits -> 0 -> 'version' THEN 'DepositTooOld'
      ELSE 'NoSuchDeposit'
    END, told);
  ELSIF (found_one ->> 'isReversed')::boolean THEN
    RETURN ledger.refused('DepositAlreadyReversed', told);
  ELSIF ledger.is_too_much(found_one -> 'amount', state) THEN
    RETURN ledger.insufficient_funds(found_one -> 'amount', state);
  END IF;
  RETURN ledger.decided('DepositReversed', jsonb_build_object(
    'amount', found_one -> 'amount', 'currency', state -> 'currency', 'of', wanted, 'reason', asked -> 'reason'
  ));
END
$$
