-- Refuses to follow the log under REPEATABLE READ and SERIALIZABLE: their snapshot may be older than the head that is
-- read next, and the events between the two would be skipped.
CREATE FUNCTION ledger.refuse_old_snapshot() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'balances cannot follow the log under %: events could be missed',
      upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'feature_not_supported', HINT = 'Use READ COMMITTED.';
  END IF;
END
$$
