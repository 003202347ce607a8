-- Before balance_projection is filled for the first time, in its own statement: then every event up to this head is in
-- it.
INSERT INTO ledger.balance_refreshes ("position") SELECT refold.read_head()
