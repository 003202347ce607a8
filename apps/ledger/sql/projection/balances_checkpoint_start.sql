-- The one row of the table.
INSERT INTO ledger.balances_checkpoint DEFAULT VALUES
