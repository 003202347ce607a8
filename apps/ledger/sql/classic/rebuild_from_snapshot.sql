-- The state of an account: from its snapshot and the events after it, or from all events, with the same result.
-- snapshot_version and events show which was done.
--   p_as_of_version  as of this version
--   p_as_of          as of this instant of the store's clock (created_at); where both are given, both hold
CREATE FUNCTION ledger.rebuild_from_snapshot(
  p_agg text, p_as_of_version bigint DEFAULT NULL, p_as_of timestamptz DEFAULT NULL
) RETURNS refold.rebuilt LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ledger.check_account_id(p_agg, 'p_agg');
  IF p_as_of_version < 0 THEN
    PERFORM ledger.refuse_input(refold.problem('p_as_of_version', 'must be 0 or more'));
  END IF;
  RETURN ledger.load_account(p_agg, p_as_of_version, p_as_of);
END
$$
