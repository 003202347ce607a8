-- SetOverdraftLimit on an open account: the limit must cover the present debt.
CREATE FUNCTION ledger.decide_limit(wanted jsonb, state jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
  WHEN wanted = state -> 'overdraftLimit' THEN ledger.decided()
  WHEN (state -> 'balance')::numeric + wanted::numeric < 0 THEN ledger.refused(
    'LimitBelowDebt', jsonb_build_object('balance', state -> 'balance', 'requested', wanted)
  )
  ELSE ledger.decided('OverdraftLimitChanged', jsonb_build_object('limit', wanted))
END
$$
