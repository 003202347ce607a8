-- One row for each account. REFRESH … CONCURRENTLY needs it to find the rows that have changed.
CREATE UNIQUE INDEX balance_projection_key ON ledger.balance_projection (aggregate_id)
