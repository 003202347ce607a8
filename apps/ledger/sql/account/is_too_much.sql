-- Whether an open account cannot give so much: it may fall as far below 0 as its overdraft limit says.
CREATE FUNCTION ledger.is_too_much(amount jsonb, state jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT (state -> 'balance')::numeric + (state -> 'overdraftLimit')::numeric < amount::numeric
$$
