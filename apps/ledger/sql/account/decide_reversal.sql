-- ReverseDeposit on an open account. Stored events are never removed: another event reverses the deposit. A deposit
-- older than the ten in the state cannot be checked, and is refused as DepositTooOld.
CREATE FUNCTION ledger.decide_reversal(asked jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  wanted CONSTANT jsonb := asked -> 'deposit';
  details CONSTANT jsonb := jsonb_build_object('deposit', wanted);
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
    END, details);
  ELSIF (found_one ->> 'isReversed')::boolean THEN
    RETURN ledger.refused('DepositAlreadyReversed', details);
  ELSIF ledger.is_too_much(found_one -> 'amount', state) THEN
    RETURN ledger.insufficient_funds(found_one -> 'amount', state);
  END IF;
  RETURN ledger.decided('DepositReversed', jsonb_build_object(
    'amount', found_one -> 'amount', 'currency', state -> 'currency', 'of', wanted, 'reason', asked -> 'reason'
  ));
END
$$
