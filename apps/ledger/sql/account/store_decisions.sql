-- Stores the decisions on accounts that the caller has locked and loaded, in one commit. Takes a snapshot where a
-- stream passes a multiple of the snapshot interval, as the TypeScript handler does.
--   aggs, loaded   the accounts, and their states before the decisions
--   decided        the events of each, as decide_account returns them
CREATE FUNCTION ledger.store_decisions(
  aggs text[], loaded refold.rebuilt[], decided jsonb[], idempotency_key text, fingerprint text,
  metadata jsonb, occurred_at timestamptz
) RETURNS SETOF refold.appended LANGUAGE plpgsql AS $$
DECLARE
  every CONSTANT bigint := :'account_snapshots_every';
  stamp CONSTANT jsonb := jsonb_build_object('metadata', metadata, 'occurredAt', occurred_at);
  stored refold.appended;
  n int := 0;
BEGIN
  FOR stored IN
    SELECT c.* FROM refold.commit_events((
      SELECT jsonb_agg(jsonb_build_object(
        'stream', 'account-' || w.agg, 'expectedVersion', loaded[w.n].version,
        'events', (SELECT jsonb_agg(event || stamp) FROM jsonb_array_elements(decided[w.n]) AS event)
      ) ORDER BY w.n)
      FROM unnest(aggs) WITH ORDINALITY AS w(agg, n)
    ), idempotency_key, fingerprint) AS c
  LOOP
    n := n + 1;
    IF stored.version / every > loaded[n].version / every THEN
      PERFORM refold.save_snapshot(
        stored.stream, :'account_snapshots', :'account_fingerprint', stored.version, stored."position",
        stored.recorded_at, ledger.state_after(loaded[n].state, ledger.decided_events(decided[n]))
      );
    END IF;
    RETURN NEXT stored;
  END LOOP;
END
$$
