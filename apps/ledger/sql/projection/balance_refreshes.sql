-- What the last refresh of balance_projection promises: one row. A materialised view cannot say by itself how old it
-- is, and without that nobody could tell a row that is missing from one that is not there yet.
CREATE TABLE ledger.balance_refreshes (
  -- There is never a second row.
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- How many refreshes have been committed; by this a refresh that waited knows whether it is still needed.
  refreshes bigint NOT NULL DEFAULT 0,
  -- Every event up to here is in the rows. Rows may hold later ones, too.
  "position" bigint NOT NULL,
  refreshed_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
