-- By how much a movement, as account_event reads it, changes the balance: negative for money out. NULL for events that
-- move no money.
CREATE FUNCTION ledger.change_of(event jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
  WHEN event ->> '_tag' IN ('MoneyDeposited', 'InterestCredited') THEN (event -> 'amount')::numeric
  WHEN event ->> '_tag' IN ('MoneyWithdrawn', 'FeeCharged', 'DepositReversed') THEN -(event -> 'amount')::numeric
END
$$
