-- The form in which each kind of kept state (see kept_states) holds a state: the expected value, computed now.
--   state                    of fold_account
--   "position", recorded_at  of the last event in it
CREATE FUNCTION ledger.kept_as(kind text, state jsonb, "position" bigint, recorded_at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
SELECT CASE kind
  WHEN 'balance_projection' THEN jsonb_build_object(
    'currency', state -> 'currency', 'status', state -> '_tag', 'balance', coalesce(state -> 'balance', '0'),
    'overdraft_limit', state -> 'overdraftLimit', 'is_frozen', state -> 'isFrozen',
    'position', "position", 'recorded_at', recorded_at
  )
  WHEN 'typescript_row' THEN jsonb_build_object(
    'position', "position",
    'state', '{"balance": 0}' || (state - '_tag') || jsonb_build_object('status', state -> '_tag')
  )
  ELSE jsonb_build_object('position', "position", 'recorded_at', recorded_at, 'state', state)
END
$$
