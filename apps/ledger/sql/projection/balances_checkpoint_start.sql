-- The row that there always is.
INSERT INTO ledger.balances_checkpoint DEFAULT VALUES
