-- Refuses to follow the log under REPEATABLE READ and SERIALIZABLE: their snapshot may be older than the head that is
-- asked for next, and what lies between the two would be taken for done and never be read.
CREATE FUNCTION ledger.refuse_old_snapshot() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'balances cannot follow the log under %: events could be missed',
      upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'feature_not_supported', HINT = 'Use READ COMMITTED.';
  END IF;
END
$$
