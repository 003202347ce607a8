-- The versions of streams, in the order asked for. LATERAL, so that each is one look into the index: "= ANY (streams)"
-- and a GROUP BY would read every event of them.
SELECT coalesce(last.version, 0) AS version
FROM unnest(:streams::text[]) WITH ORDINALITY AS wanted (stream, number)
LEFT JOIN LATERAL (
  SELECT e.version FROM refold.event_store e WHERE e.stream = wanted.stream ORDER BY e.version DESC LIMIT 1
) AS last ON true
ORDER BY wanted.number
