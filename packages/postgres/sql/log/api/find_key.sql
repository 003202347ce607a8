-- The commit that used an idempotency key: a row for each of its writes; no row for a new or deleted key.
--   fingerprint     the SHA-256, as hex, of 'given:' and the fingerprint that was given with the key; NULL if none was given:
--                   then the streams, types and data of the commit are its fingerprint
--   stored_at       when the key was first used; its age for expiry
--   never_expires   whether the key is exempt from expiry
-- Refuses with 22023 an argument that breaks a rule, and keys of processes. Runs as its owner: with a right on the table, a role
-- that reads could list all keys.
CREATE FUNCTION refold.find_key(key text)
RETURNS TABLE (
  fingerprint text, stored_at timestamptz, never_expires boolean,
  stream text, first_version bigint, version bigint, "position" bigint, recorded_at timestamptz
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF refold.key_problem(find_key.key) IS NOT NULL THEN
    PERFORM refold.refuse_input(refold.problem('key', refold.key_problem(find_key.key)));
  END IF;
  -- Fails during an import: a key that is not stored yet is not new.
  PERFORM FROM refold.event_store WHERE "position" = 0;
  RETURN QUERY
  -- MATERIALIZED: computed once, not for each write.
  WITH found AS MATERIALIZED (
    SELECT nullif(encode(k.fingerprint, 'hex'), encode(c.fingerprint, 'hex')) AS hash, k.created_at, k.never_expires
    FROM refold.idempotency_keys AS k CROSS JOIN LATERAL refold.content_fingerprint(k.answer) AS c
    WHERE k.key = find_key.key
  )
  SELECT f.hash, f.created_at, f.never_expires, a.stream, a.first_version, a.version, a."position", a.recorded_at
  FROM found AS f CROSS JOIN refold.stored_answer(find_key.key, NULL::bytea) AS a;
END
$$
