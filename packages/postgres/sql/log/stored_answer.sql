-- The answer to a commit whose idempotency key is stored: the first answer again, or idempotency_conflict if the key
-- was used for another commit. Without a fingerprint, the answer to whichever commit has the key. No rows for a new key. Rows of
-- NULL where what is stored is no array of objects, so that the client can name it.
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
