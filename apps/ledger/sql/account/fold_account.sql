-- The state of an account from a start state and the events after it: fold_account(start, e ORDER BY e.version). An
-- aggregate, so that PostgreSQL folds whole streams, and groups of them, in one statement.
CREATE AGGREGATE ledger.fold_account(start jsonb, event refold.event_store) (
  SFUNC = ledger.fold_account_step,
  STYPE = jsonb,
  PARALLEL = SAFE
)
