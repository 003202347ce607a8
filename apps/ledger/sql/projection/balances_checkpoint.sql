-- The checkpoint of ledger.balances: one row. The session that holds its lock is the one that catches up. To fill the
-- table again: TRUNCATE ledger.balances, set this position to 0, and CALL ledger.catch_up_balances().
CREATE TABLE ledger.balances_checkpoint (
  -- One row only.
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- All events up to here are in the rows.
  "position" bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
