-- The refusal of an amount beyond balance and overdraft limit, with both.
CREATE FUNCTION ledger.insufficient_funds(amount jsonb, state jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT ledger.refused('InsufficientFunds', jsonb_build_object(
  'balance', state -> 'balance', 'limit', state -> 'overdraftLimit', 'requested', amount
))
$$
