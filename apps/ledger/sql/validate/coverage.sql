-- Up to which position each kind of kept states (see kept_states) must hold every event: what tells a row that is
-- missing or was set back from one that is merely not there yet. Snapshots owe nothing to anybody: NULL. Each position
-- is that of an event, so where there is no such event any more, it was deleted.
CREATE VIEW ledger.coverage AS
-- The limits say what the planner cannot know: these tables have one row.
(SELECT 'balance_projection' AS kind, "position", NULL::int AS generation FROM ledger.balance_refreshes LIMIT 1)
UNION ALL
(SELECT 'balances', "position", NULL FROM ledger.balances_checkpoint LIMIT 1)
UNION ALL
SELECT 'snapshot', NULL, NULL
UNION ALL
SELECT 'typescript_row', checkpoint, id FROM refold.projections
WHERE projection = 'balances' AND version = 2 AND status = 'Live' AND NOT has_tables
