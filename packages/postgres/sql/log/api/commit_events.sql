-- Appends events to one or several streams, all or nothing; a row for each write with events.
--   writes            [{"stream": "account-ada", "expectedVersion": 3, "events": [{"type": "MoneyDeposited", "data": {…}}]}]
--                     An event may have schemaVersion, metadata, occurredAt and id, too; see append_event. A write may
--                     have a lastEventId beside its expectedVersion. One without events is a guard: it stores nothing and
--                     has no row, and its stream must be as expected until the transaction ends.
--   idempotency_key   of the whole commit
--   fingerprint       identifies the commit for that key; the streams, types and data if it is not given
--   never_expires     whether the key is exempt from expiry
-- One jsonb document rather than parallel arrays, which are hard to write by hand; parsing it costs more. Two
-- transactions that append to the same streams in another order can deadlock; one commit to both cannot, because it
-- takes its locks in one order.
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
