SELECT stream, version, "position", type, stage, reason, attempts, parked_at
FROM refold.parked_streams
WHERE generation = :generation::int
  AND stream = ANY (:streams::text[])
ORDER BY "position", stream
