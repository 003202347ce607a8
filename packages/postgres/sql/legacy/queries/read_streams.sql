-- Events of several streams, in the order of the streams; a page of them. LATERAL, so that each stream is one range of the
-- index.
SELECT w.number, e.*
FROM unnest(:streams::text[]) WITH ORDINALITY AS w (stream, number)
CROSS JOIN LATERAL (
  SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at
  FROM refold.event_store s
  WHERE s.stream = w.stream
    AND (w.number > :after_stream::bigint OR s.version > :after_version::bigint)
  ORDER BY s.version
) AS e
WHERE true
  AND w.number >= :after_stream::bigint
ORDER BY w.number, e.version
LIMIT :limit::int
