-- Where the commit has gone that used this idempotency key: a row for each of its writes; none for a new key. A handler
-- asks before it decides, for what it would decide now may be another thing. RF002 where the key was used for something
-- else, which is what the fingerprint tells.
CREATE FUNCTION refold.first_answer(idempotency_key text, fingerprint text) RETURNS SETOF refold.appended
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hash CONSTANT bytea := refold.commit_fingerprint('given:' || fingerprint, NULL, NULL, NULL, NULL);
  answer refold.append_answer;
BEGIN
  IF idempotency_key IS NOT NULL AND fingerprint IS NULL THEN
    PERFORM refold.refuse_input(refold.problem('fingerprint', 'must be a text'));
  END IF;
  FOR answer IN SELECT * FROM refold.known_answer(idempotency_key, hash) LOOP
    IF answer.outcome <> 'deduplicated' THEN
      PERFORM refold.refuse_commit(answer, NULL, idempotency_key);
    END IF;
    RETURN NEXT refold.appended_of(answer);
  END LOOP;
END
$$
