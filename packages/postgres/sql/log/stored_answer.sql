-- The answer to a commit whose idempotency key is stored: the first answer again, or idempotency_conflict if the key
-- was used for another commit. With a NULL fingerprint, the answer to any commit with this key. No rows for a new key. A row of
-- NULLs if the stored answer is not an array of objects, so that the client can report it.
CREATE FUNCTION refold.stored_answer(wanted_key text, wanted_fingerprint bytea)
RETURNS SETOF refold.append_answer LANGUAGE sql STABLE AS $$
SELECT
  CASE WHEN coalesce(k.fingerprint = wanted_fingerprint, true) THEN 'deduplicated' ELSE 'idempotency_conflict' END,
  a.stream, a.first_version, a.version, a."position", a.recorded_at, a.event_id
FROM refold.idempotency_keys k, jsonb_populate_recordset(NULL::refold.append_answer, CASE
  WHEN jsonb_typeof(k.answer) = 'array' AND NOT jsonb_path_exists(k.answer, 'strict $[*] ? (@.type() != "object")') THEN k.answer
  ELSE '[{}]'
END) a
WHERE k.key = wanted_key
$$
