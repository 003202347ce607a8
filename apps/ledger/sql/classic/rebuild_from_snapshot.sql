-- The state of an account, now or as of a version: from its snapshot and the events after it, or from all of them, with
-- the same result. snapshot_version and events say which it was.
CREATE FUNCTION ledger.rebuild_from_snapshot(p_agg text, p_as_of_version bigint DEFAULT NULL) RETURNS refold.rebuilt
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM ledger.check_account_id(p_agg, 'p_agg');
  IF p_as_of_version < 0 THEN
    PERFORM ledger.refuse_input(refold.problem('p_as_of_version', 'must be 0 or more'));
  END IF;
  RETURN ledger.load_account(p_agg, p_as_of_version);
END
$$
