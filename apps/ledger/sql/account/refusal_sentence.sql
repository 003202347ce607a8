-- A refusal as an error message. Programs read its JSON.
CREATE FUNCTION ledger.refusal_sentence(refusal jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE refusal ->> '_tag'
  WHEN 'AccountNotOpen' THEN 'it is not open'
  WHEN 'AccountAlreadyOpen' THEN 'it is open already'
  WHEN 'AccountIsClosed' THEN 'it is closed'
  WHEN 'AccountIsFrozen' THEN 'it is frozen'
  WHEN 'AmountIsZero' THEN 'an amount of 0 moves nothing'
  WHEN 'OtherCurrency' THEN format('it is kept in %s, not in %s', refusal ->> 'currency', refusal ->> 'requested')
  WHEN 'InsufficientFunds' THEN format(
    '%s is too much: its balance is %s and its overdraft limit %s',
    refusal ->> 'requested', refusal ->> 'balance', refusal ->> 'limit'
  )
  WHEN 'NoSuchDeposit' THEN format('it had no deposit at version %s', refusal ->> 'deposit')
  WHEN 'DepositTooOld' THEN format('a deposit at version %s would be too long ago to be undone', refusal ->> 'deposit')
  WHEN 'DepositAlreadyReversed' THEN format('the deposit at version %s is undone already', refusal ->> 'deposit')
  WHEN 'LimitBelowDebt' THEN format(
    'a limit of %s is less than it owes: its balance is %s', refusal ->> 'requested', refusal ->> 'balance'
  )
  WHEN 'BalanceNotZero' THEN format('its balance is %s, not 0', refusal ->> 'balance')
  ELSE refusal ->> '_tag'
END
$$
