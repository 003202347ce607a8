-- The fingerprint of the content of a stored commit, made again from its answer and its events: that of its key, unless one came
-- with the key. What the answer names and is not stored has no part in it.
CREATE FUNCTION refold.content_fingerprint(answer jsonb) RETURNS bytea LANGUAGE sql STABLE AS $$
WITH content AS MATERIALIZED (
  SELECT a.number, e.stream, e.version, e.type, e.data
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(answer) = 'array' THEN answer END)
    WITH ORDINALITY AS a(write, number)
  -- OFFSET 0: each look goes into the index. Joined, PostgreSQL would read the whole log for each key.
  CROSS JOIN LATERAL (
    SELECT e.stream, e.version, e.type, e.data FROM refold.event_store AS e
    WHERE e.stream = a.write ->> 'stream'
      AND e.version BETWEEN (a.write ->> 'first_version')::bigint AND (a.write ->> 'version')::bigint
    OFFSET 0
  ) AS e
), writes AS (
  SELECT number, stream, count(*)::int AS events FROM content GROUP BY number, stream
)
SELECT refold.commit_fingerprint(
  '',
  (SELECT array_agg(stream ORDER BY number) FROM writes),
  (SELECT array_agg(events ORDER BY number) FROM writes),
  (SELECT array_agg(type ORDER BY number, version) FROM content),
  (SELECT array_agg(data ORDER BY number, version) FROM content)
)
$$
