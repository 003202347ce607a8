-- Raises the error for a refused commit: a message, and JSON in the DETAIL. The codes are in a class that neither PostgreSQL
-- nor the standard uses: 40001 would make drivers retry what can never succeed, and 23505 names an index and not the rule.
--   RF001   version conflict: the stream is at another version than the writer decided on, or has another last event
--   RF002   idempotency conflict: the key was used for another commit
--   RF003   duplicate event id: an event with this id is stored, or the commit holds it twice
CREATE FUNCTION refold.refuse_commit(answer refold.append_answer, expected bigint, key text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  CASE answer.outcome
    WHEN 'version_conflict' THEN
      RAISE EXCEPTION USING
        ERRCODE = 'RF001',
        MESSAGE = format('stream "%s" %s, but was expected to %s', answer.stream,
          CASE answer.version WHEN 0 THEN 'has no events' ELSE 'is at version ' || answer.version END,
          CASE
            WHEN answer.event_id IS NOT NULL THEN 'end with another event than ' || answer.event_id
            WHEN expected = -2 THEN 'have some'
            WHEN expected = 0 THEN 'have no events'
            ELSE 'be at version ' || expected
          END),
        DETAIL = jsonb_strip_nulls(jsonb_build_object(
          'stream', answer.stream, 'expected', expected, 'actual', answer.version, 'lastEventId', answer.event_id
        )),
        HINT = 'Read the stream again and decide on its current version.';
    WHEN 'idempotency_conflict' THEN
      RAISE EXCEPTION USING
        ERRCODE = 'RF002',
        MESSAGE = format('the idempotency key "%s" was used for another commit', key),
        DETAIL = jsonb_build_object('key', key),
        HINT = 'Repeat the first request as it was, or use a new key.';
    WHEN 'duplicate_event_id' THEN
      RAISE EXCEPTION USING
        ERRCODE = 'RF003',
        MESSAGE = format('an event with the id %s is stored already, or the commit holds it twice', answer.event_id),
        DETAIL = jsonb_build_object('id', answer.event_id),
        HINT = 'Give each event an id of its own, and a retry an idempotency key.';
  END CASE;
END
$$
