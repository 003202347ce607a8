-- Appends one event to a stream, from psql and from any language.
--   stream             category-id, as in 'account-ada'
--   expected_version   the version that the writer decided on: n events, 0 = no stream yet, -2 = any but 0; NULL = any;
--                      -1, which other stores read as "no stream", is refused
--   idempotency_key    the same event under the same key is stored once; a repeated call gets the first answer
--   schema_version     the version of the type's schema that data is written with
--   occurred_at        when it happened, in whole milliseconds; now if NULL
--   last_event_id      the expected id of the stream's last event; requires an expected_version of 1 or more
-- Joins the caller's transaction. Refuses by SQLSTATE: RF001 another version, RF002 the key was used for another
-- commit, RF003 the event id is stored, 22023 an argument breaks a rule; the DETAIL holds the reason as JSON. Runs as
-- its owner, so that callers need no right to write the table and cannot bypass the checks.
CREATE FUNCTION refold.append_event(
  stream text, type text, data jsonb,
  expected_version bigint DEFAULT NULL, idempotency_key text DEFAULT NULL, metadata jsonb DEFAULT '{}',
  schema_version int DEFAULT 1, occurred_at timestamptz DEFAULT NULL, event_id uuid DEFAULT NULL,
  last_event_id uuid DEFAULT NULL
) RETURNS refold.appended
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  problem CONSTANT jsonb := coalesce(
    refold.problem('stream', refold.stream_problem(stream)),
    refold.problem('expected_version', refold.expected_problem(expected_version::numeric)),
    refold.problem('last_event_id', refold.last_event_problem(last_event_id::text, expected_version::numeric)),
    refold.problem('idempotency_key', CASE
      WHEN idempotency_key IS NOT NULL THEN refold.key_problem(idempotency_key)
    END),
    refold.event_problem(type, data, coalesce(metadata, '{}'), schema_version::numeric, occurred_at, ''::text)
  );
  answer refold.append_answer;
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
  SELECT * INTO answer FROM refold.store_commit(
    idempotency_key, NULL::text, false, ARRAY[stream], ARRAY[expected_version], ARRAY[1], ARRAY[event_id], ARRAY[type],
    ARRAY[schema_version]::smallint[], ARRAY[data], ARRAY[coalesce(metadata, '{}')], ARRAY[occurred_at],
    ARRAY[last_event_id::text]
  );
  IF answer.outcome NOT IN ('appended', 'deduplicated') THEN
    PERFORM refold.refuse_commit(answer, expected_version, idempotency_key);
  END IF;
  RETURN refold.to_appended(answer);
END
$$
