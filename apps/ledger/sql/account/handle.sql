-- Handles a command: check, look up the key, load, decide, append. Refuses with 22023 for a malformed command, RF002
-- for a key that was used for another command, RF001 where the account is not at p_expected, ML001 with the account's
-- refusal in the DETAIL; a refused command stores nothing.
--   p_agg              the id of the account
--   p_command          as in AccountCommand.ts: {"_tag": "Deposit", "amount": 10000, "channel": "Cash"}
--   p_expected         the expected version: n, 0 = none yet, -2 = any but 0; NULL = not checked
--   p_idempotency_key  the same command under the same key is stored once and gets its first answer again;
--                      TypeScript uses the same keys. A command that is refused or decides nothing uses no key.
--   p_correlation_id, p_actor   stored with each event
--   p_occurred_at      when it happened in the domain; now, by default
-- Runs as its owner: callers need no right on the store, see privileges.sql for their rights.
-- The account is locked before it is read, so that one decision is enough. Locking later would mean deciding again
-- after each conflict, and an exception handler around the append would release the lock. The key is looked up before
-- deciding: a repeated withdrawal would be refused where the first one has emptied the account.
CREATE FUNCTION ledger.handle(
  p_agg text, p_command jsonb, p_expected bigint DEFAULT NULL, p_idempotency_key text DEFAULT NULL,
  p_correlation_id text DEFAULT NULL, p_actor text DEFAULT NULL, p_occurred_at timestamptz DEFAULT NULL
) RETURNS ledger.handled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  command CONSTANT jsonb := ledger.check_command(p_command);
  fingerprint CONSTANT text := ledger.fingerprint_of(p_agg, command, p_idempotency_key);
  stored refold.appended;
  loaded refold.rebuilt;
  decided jsonb;
BEGIN
  PERFORM refold.lock_streams(ARRAY['account-' || p_agg], ARRAY[coalesce(p_idempotency_key, '')], true);
  SELECT * INTO stored FROM refold.first_answer(p_idempotency_key, fingerprint);
  IF FOUND THEN
    RETURN ledger.answered(p_agg, stored);
  END IF;
  PERFORM ledger.check_account_id(p_agg, 'p_agg');
  loaded := ledger.load_account(p_agg);
  PERFORM ledger.refuse_version(p_agg, p_expected, loaded.version);
  decided := ledger.accepted(p_agg, ledger.decide_account(command, loaded.state));
  IF decided <> '[]' THEN
    SELECT * INTO stored FROM ledger.store_decisions(
      ARRAY[p_agg], ARRAY[loaded], ARRAY[decided], p_idempotency_key, fingerprint,
      ledger.metadata_of(p_correlation_id, p_actor), p_occurred_at
    );
  ELSE
    stored := ROW(
      'account-' || p_agg, NULL, loaded.version, loaded."position", loaded.recorded_at, false
    )::refold.appended;
  END IF;
  RETURN ROW(
    stored.stream, stored.version, stored."position", stored.recorded_at,
    ledger.state_after(loaded.state, ledger.decided_events(decided)), ledger.decided_events(decided), false
  )::ledger.handled;
END
$$
