-- The balance of each account, updated incrementally: the alternative to balance_projection (see there for when to use
-- which), filled by catch_up_balances. A row is the state that fold_account returns for the account's events so far,
-- with the queried fields in columns of their own; a batch continues from it, so that no event is read twice. A row is
-- never ahead of the log's head, and readers see whole batches. An unreadable event stops the row of its account; other
-- rows are not affected. The table may be emptied at any time: see balances_checkpoint.
CREATE TABLE ledger.balances (
  aggregate_id text PRIMARY KEY,
  -- The last event of the account in the row, and where and when it was recorded.
  version bigint NOT NULL,
  "position" bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- The result of fold_account so far: the next batch continues from it.
  state jsonb NOT NULL,
  -- Generated from the state, so that the two cannot differ.
  status text NOT NULL GENERATED ALWAYS AS (state ->> '_tag') STORED,
  currency text GENERATED ALWAYS AS (state ->> 'currency') STORED,
  -- Minor units; 0 where the account is not open.
  balance bigint NOT NULL GENERATED ALWAYS AS (coalesce((state -> 'balance')::bigint, 0)) STORED,
  overdraft_limit bigint GENERATED ALWAYS AS ((state -> 'overdraftLimit')::bigint) STORED,
  is_frozen boolean GENERATED ALWAYS AS ((state -> 'isFrozen')::boolean) STORED
)
