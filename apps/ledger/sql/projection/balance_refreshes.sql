-- The guarantee of the last refresh of balance_projection: one row. A materialised view does not hold its own age, and
-- without it a missing row could not be distinguished from one that does not exist yet.
CREATE TABLE ledger.balance_refreshes (
  -- One row only.
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- How many refreshes have been committed; a refresh that waited compares it to see whether it is still needed.
  refreshes bigint NOT NULL DEFAULT 0,
  -- Every event up to here is in the rows. Rows may hold later ones, too.
  "position" bigint NOT NULL,
  refreshed_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
