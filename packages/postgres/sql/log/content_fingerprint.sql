-- The fingerprint of the content of a stored commit, computed again from its answer and its events: it equals that of its key,
-- unless a fingerprint was given with the key. Returns a set, because PostgreSQL inlines such a function in SQL into the calling
-- statement, which calls it for each of many keys.
CREATE FUNCTION refold.content_fingerprint(answer jsonb) RETURNS TABLE (fingerprint bytea) LANGUAGE sql STABLE AS $$
SELECT refold.commit_fingerprint('', w.streams, w.counts, c.types, c.data)
FROM (
  SELECT array_agg(a.write ->> 'stream' ORDER BY a.number) AS streams,
    -- An answer that the owner has changed may name any versions.
    array_agg(
      least((a.write ->> 'version')::numeric - (a.write ->> 'first_version')::numeric + 1, 2147483647)::int ORDER BY a.number
    ) AS counts
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(answer) = 'array' THEN answer END) WITH ORDINALITY AS a(write, number)
) AS w
CROSS JOIN (
  SELECT array_agg(e.type ORDER BY a.number, e.version) AS types, array_agg(e.data ORDER BY a.number, e.version) AS data
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(answer) = 'array' THEN answer END) WITH ORDINALITY AS a(write, number)
  -- OFFSET 0 makes each lookup use the index. With a plain join PostgreSQL would read the whole log for each key.
  CROSS JOIN LATERAL (
    SELECT e.type, e.data, e.version FROM refold.event_store AS e
    WHERE e.stream = a.write ->> 'stream'
      AND e.version BETWEEN (a.write ->> 'first_version')::bigint AND (a.write ->> 'version')::bigint
    OFFSET 0
  ) AS e
) AS c
$$
