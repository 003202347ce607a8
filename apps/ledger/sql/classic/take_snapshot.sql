-- Takes a snapshot of an account now. Handlers take snapshots at their interval; this is for manual use.
CREATE FUNCTION ledger.take_snapshot(p_agg text) RETURNS refold.rebuilt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  loaded CONSTANT refold.rebuilt := ledger.rebuild_from_snapshot(p_agg);
BEGIN
  IF loaded.version = 0 THEN
    PERFORM ledger.refuse_input(refold.problem('p_agg', 'must be an account with events'));
  END IF;
  PERFORM refold.save_snapshot(
    'account-' || p_agg, :'account_snapshots', :'account_fingerprint', loaded.version, loaded."position",
    loaded.recorded_at, loaded.state
  );
  RETURN loaded;
END
$$
