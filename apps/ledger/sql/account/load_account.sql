-- The state of an account, now or as of a version or an instant, from a usable snapshot where there is one. Snapshots
-- are those of Account.ts, under the same name and fingerprint, so that each language uses the other's. A snapshot
-- whose state is not a valid account is ignored, as in TypeScript.
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
