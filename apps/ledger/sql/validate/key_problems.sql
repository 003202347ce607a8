-- Idempotency keys whose answers name events that do not exist, or at other places: a repeated command would be
-- answered with events that never happened. Keys of all categories, malformed answers included.
CREATE VIEW ledger.key_problems AS
SELECT 'key_without_events' AS problem, a.stream, a.version,
  CASE WHEN e.stream IS NOT NULL THEN jsonb_build_object(
    'stream', e.stream, 'version', e.version, 'position', e."position", 'recorded_at', e.recorded_at
  ) END AS expected,
  a.answer AS found,
  format(
    'Idempotency key "%s" is answered with version %s of stream "%s", which is not there, or not as the answer says.',
    k.key, coalesce(a.answer ->> 'version', 'none'), a.stream
  ) AS sentence
FROM refold.idempotency_keys k
CROSS JOIN LATERAL (
  SELECT w.answer, w.answer ->> 'stream' AS stream,
    ledger.whole_number(w.answer -> 'version') AS version,
    ledger.whole_number(w.answer -> 'first_version') AS first_version
  FROM jsonb_array_elements(CASE
    WHEN jsonb_typeof(k.answer) = 'array' AND k.answer <> '[]' THEN k.answer ELSE jsonb_build_array(k.answer)
  END) AS w(answer)
) AS a
LEFT JOIN refold.event_store e ON e.stream = a.stream AND e.version = a.version
LEFT JOIN refold.event_store first ON first.stream = a.stream AND first.version = a.first_version
WHERE NOT coalesce(
  a.answer -> 'position' = to_jsonb(e."position")
  AND a.first_version <= a.version
  -- The events of one commit have one recorded time.
  AND first.recorded_at = e.recorded_at
  AND ledger.time_of(a.answer ->> 'recorded_at') = e.recorded_at,
  false
)
