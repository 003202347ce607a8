-- Appends events to one or several streams, all or nothing. Returns a row for each write with events.
--   writes            [{"stream": "account-ada", "expectedVersion": 3, "events": [{"type": "MoneyDeposited", "data": {…}}]}]
--                     An event may have schemaVersion, metadata, occurredAt and id, too; see append_event. A write may
--                     have a lastEventId beside its expectedVersion. A write without events is a guard: it stores nothing
--                     and returns no row; its stream must be as expected until the transaction ends.
--   idempotency_key   of the whole commit
--   fingerprint       identifies the commit for that key; the streams, types and data if it is not given
--   never_expires     whether the key is exempt from expiry
-- One jsonb document rather than parallel arrays: it is easier to write by hand and costs more to parse. Two transactions
-- that append to the same streams in different orders can deadlock; single commits cannot, because each takes its locks in
-- the same order.
CREATE FUNCTION refold.commit_events(
  writes jsonb, idempotency_key text DEFAULT NULL, fingerprint text DEFAULT NULL, never_expires boolean DEFAULT false
) RETURNS SETOF refold.appended
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  problem CONSTANT jsonb := coalesce(
    refold.problem('idempotency_key', CASE
      WHEN idempotency_key IS NOT NULL THEN refold.key_problem(idempotency_key)
    END),
    refold.writes_problem(writes)
  );
  answer refold.append_answer;
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
  FOR answer IN SELECT * FROM refold.store_writes(writes, idempotency_key, fingerprint, never_expires) LOOP
    IF answer.outcome NOT IN ('appended', 'deduplicated') THEN
      PERFORM refold.refuse_commit(answer, refold.expected_version_in(writes, answer.stream), idempotency_key);
    END IF;
    RETURN NEXT refold.to_appended(answer);
  END LOOP;
END
$$
