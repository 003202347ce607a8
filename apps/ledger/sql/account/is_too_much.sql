-- Whether an amount exceeds balance and overdraft limit of an open account.
CREATE FUNCTION ledger.is_too_much(amount jsonb, state jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT (state -> 'balance')::numeric + (state -> 'overdraftLimit')::numeric < amount::numeric
$$
