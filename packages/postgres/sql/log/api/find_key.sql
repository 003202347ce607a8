-- What is known of an idempotency key: a row for each write of the commit that used it; none for a new key, or one that was
-- deleted.
--   fingerprint     the SHA-256, as hex, of 'given:' and the fingerprint that came with the key; NULL where none came: then the
--                   streams, types and data of the commit are its fingerprint
--   stored_at       when it was used first, by which it expires …
--   never_expires   … unless it never does
-- Refuses with 22023 what breaks a rule, and keys of processes. Runs as its owner: a role that reads has no right on the
-- table, whose keys it could list.
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
  -- Refused in the middle of an import: a key that is not stored yet is not new.
  PERFORM FROM refold.event_store WHERE "position" = 0;
  RETURN QUERY
  -- Once, not for each write.
  WITH found AS MATERIALIZED (
    SELECT nullif(encode(k.fingerprint, 'hex'), encode(c.fingerprint, 'hex')) AS hash, k.created_at, k.never_expires
    FROM refold.idempotency_keys AS k CROSS JOIN LATERAL refold.content_fingerprint(k.answer) AS c
    WHERE k.key = find_key.key
  )
  SELECT f.hash, f.created_at, f.never_expires, a.stream, a.first_version, a.version, a."position", a.recorded_at
  FROM found AS f CROSS JOIN refold.stored_answer(find_key.key, NULL::bytea) AS a;
END
$$
