-- The answer to the commit that used this idempotency key: a row for each of its writes; no row for a new key. Handlers
-- call it before they decide, because a new decision may differ from the first one. RF002 if the key was used with another
-- fingerprint.
CREATE FUNCTION refold.first_answer(idempotency_key text, fingerprint text) RETURNS SETOF refold.appended
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hash CONSTANT bytea := refold.commit_fingerprint(
    'given:' || fingerprint, NULL::text[], NULL::int[], NULL::text[], NULL::jsonb[]
  );
  answer refold.append_answer;
BEGIN
  IF idempotency_key IS NOT NULL AND (fingerprint IS NULL OR refold.key_problem(idempotency_key) IS NOT NULL) THEN
    PERFORM refold.refuse_input(coalesce(
      refold.problem('idempotency_key', refold.key_problem(idempotency_key)),
      refold.problem('fingerprint', 'must be a text')
    ));
  END IF;
  -- Fails during an import: a key that is not stored yet is not new.
  PERFORM FROM refold.event_store WHERE "position" = 0;
  FOR answer IN SELECT * FROM refold.stored_answer(idempotency_key, hash) LOOP
    IF answer.outcome <> 'deduplicated' THEN
      PERFORM refold.refuse_commit(answer, NULL::bigint, idempotency_key);
    END IF;
    RETURN NEXT refold.to_appended(answer);
  END LOOP;
END
$$
