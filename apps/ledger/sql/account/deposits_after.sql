-- The account's latest deposits after an event: ten at most, which bounds the state, each with whether it was reversed.
-- The twin of Deposits.ts.
--   place   the version of the event, which identifies a deposit
CREATE FUNCTION ledger.deposits_after(deposits jsonb, event jsonb, place bigint) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF event ->> '_tag' = 'MoneyDeposited' THEN
    WHILE jsonb_array_length(deposits) > 9 LOOP
      deposits := deposits - 0;
    END LOOP;
    RETURN deposits || jsonb_build_array(
      jsonb_build_object('version', place, 'amount', event -> 'amount', 'isReversed', false)
    );
  ELSIF event ->> '_tag' = 'DepositReversed' THEN
    RETURN (
      SELECT coalesce(jsonb_agg(
        d.deposit || CASE WHEN d.deposit -> 'version' = event -> 'of' THEN '{"isReversed": true}' ELSE '{}' END::jsonb
        ORDER BY d.number
      ), '[]')
      FROM jsonb_array_elements(deposits) WITH ORDINALITY AS d(deposit, number)
    );
  END IF;
  RETURN deposits;
END
$$
