-- One row for each account. REFRESH … CONCURRENTLY finds by it which rows have changed, and does not work without it.
CREATE UNIQUE INDEX balance_projection_key ON ledger.balance_projection (aggregate_id)
