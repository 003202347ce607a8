-- The state of an account, now or as of a version or an instant, from a snapshot where one serves. Snapshots are those
-- of Account.ts: under its name for them and with its fingerprint, so that each language takes the other's. One whose
-- state no code could have saved is not believed, as TypeScript does not believe it.
CREATE FUNCTION ledger.load_account(
  agg text, as_of_version bigint DEFAULT NULL, as_of timestamptz DEFAULT NULL
) RETURNS refold.rebuilt LANGUAGE plpgsql STABLE AS $$
DECLARE
  serves CONSTANT boolean := (
    SELECT ledger.is_account(s.state) FROM refold.event_snapshots AS s
    WHERE s.stream = 'account-' || agg AND s.view = :'account_snapshots' AND s.fingerprint = :'account_fingerprint'
  );
BEGIN
  RETURN refold.rebuild_from_snapshot(
    'account-' || agg, 'ledger.fold_account'::regproc, ledger.initial_account(),
    CASE WHEN serves THEN :'account_snapshots' END, :'account_fingerprint', as_of_version, as_of
  );
END
$$
