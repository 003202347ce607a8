-- The head, for a read of the global log. Refused under REPEATABLE READ and SERIALIZABLE, whose snapshot may be older than
-- the head.
CREATE FUNCTION refold.checked_head() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'the whole store cannot be read under %: events could be missed', upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'feature_not_supported', HINT = 'Use READ COMMITTED.';
  END IF;
  RETURN refold.read_head();
END
$$
