-- Which of these events are stored, and where: what became of an append whose answer was lost.
SELECT stream, min(version) AS first_version, max(version) AS version, max("position") AS "position",
  max(recorded_at) AS recorded_at, count(*) AS events
FROM refold.event_store
WHERE event_id = ANY (:ids::text[]::uuid[])
GROUP BY stream
