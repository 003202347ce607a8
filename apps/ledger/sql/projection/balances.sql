-- The balance of each account, kept up by small steps: the incremental alternative to balance_projection (see there for
-- when to prefer which), filled by catch_up_balances. A row is the state that fold_account makes of the events of its
-- account so far, with the columns that people ask for taken out of it; a batch goes on from there, so that no event is
-- read twice. A row is never ahead of the log's head, and whoever reads it sees whole batches. An event that cannot be
-- read stops the row of its account; all others go on. It may be emptied at any time: see balances_checkpoint.
CREATE TABLE ledger.balances (
  aggregate_id text PRIMARY KEY,
  -- Up to which event of the account the row goes, and where and when that was recorded.
  version bigint NOT NULL,
  "position" bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- What fold_account has made of the events so far: the next batch goes on from here.
  state jsonb NOT NULL,
  -- Worked out from the state, so that the two cannot disagree.
  status text NOT NULL GENERATED ALWAYS AS (state ->> '_tag') STORED,
  currency text GENERATED ALWAYS AS (state ->> 'currency') STORED,
  -- Minor units; 0 where the account is not open.
  balance bigint NOT NULL GENERATED ALWAYS AS (coalesce((state -> 'balance')::bigint, 0)) STORED,
  overdraft_limit bigint GENERATED ALWAYS AS ((state -> 'overdraftLimit')::bigint) STORED,
  is_frozen boolean GENERATED ALWAYS AS ((state -> 'isFrozen')::boolean) STORED
)
