-- Up to which position each kind of kept state (see kept_states) must hold every event. It distinguishes a missing row,
-- or one that was set back, from a row that does not exist yet. Snapshots need not hold any: NULL. Each position is that of an
-- event: where there is no such event, it was deleted.
CREATE VIEW ledger.coverage AS
-- The limits are for the planner: these tables have one row.
(SELECT 'balance_projection' AS kind, "position", NULL::int AS generation FROM ledger.balance_refreshes LIMIT 1)
UNION ALL
(SELECT 'balances', "position", NULL FROM ledger.balances_checkpoint LIMIT 1)
UNION ALL
SELECT 'snapshot', NULL, NULL
UNION ALL
SELECT 'typescript_row', checkpoint, id FROM refold.projections
WHERE projection = 'balances' AND version = 2 AND status = 'Live' AND NOT has_tables
