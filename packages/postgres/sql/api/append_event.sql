-- Appends one event to a stream, from psql and from any language.
--   stream             category-id, as in 'account-ada'
--   expected_version   the version that the writer decided on: n events, 0 = no stream yet, -2 = any but 0; NULL = whatever
--   idempotency_key    the same event under the same key is stored once, and answered with its first answer ever after
--   schema_version     of data, for those who upcast
--   occurred_at        when it happened, in milliseconds; now, where it is not given
-- Joins the caller's transaction. Refuses by SQLSTATE: RF001 another version, RF002 the key was used for something else,
-- RF003 the event id is known, 22023 an argument that breaks a rule; the DETAIL says it once more as JSON.
-- As its owner, so that who may call it needs no right to write the table, and cannot go around the checks.
CREATE FUNCTION refold.append_event(
  stream text, type text, data jsonb,
  expected_version bigint DEFAULT NULL, idempotency_key text DEFAULT NULL, metadata jsonb DEFAULT '{}',
  schema_version int DEFAULT 1, occurred_at timestamptz DEFAULT NULL, event_id uuid DEFAULT NULL
) RETURNS refold.appended
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  problem CONSTANT jsonb := coalesce(
    refold.problem('stream', refold.stream_problem(stream)),
    refold.problem('expected_version', refold.expected_problem(expected_version)),
    refold.problem('idempotency_key', CASE
      WHEN idempotency_key IS NOT NULL THEN refold.name_problem(idempotency_key)
    END),
    refold.event_problem(type, data, coalesce(metadata, '{}'), schema_version, occurred_at)
  );
  answer refold.append_answer;
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
  SELECT * INTO answer FROM refold.store_checked(
    idempotency_key, NULL, false, ARRAY[stream], ARRAY[expected_version], ARRAY[1], ARRAY[event_id], ARRAY[type],
    ARRAY[schema_version]::smallint[], ARRAY[data], ARRAY[coalesce(metadata, '{}')], ARRAY[occurred_at]
  );
  IF answer.outcome NOT IN ('appended', 'deduplicated') THEN
    PERFORM refold.refuse_commit(answer, expected_version, idempotency_key);
  END IF;
  RETURN refold.appended_of(answer);
END
$$
