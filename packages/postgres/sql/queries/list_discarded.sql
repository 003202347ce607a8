SELECT "position", stream, version, reason, discarded_at
FROM refold.discarded_events
WHERE projection = :projection::text
  AND "position" > :after::bigint
  AND "position" <= :up_to::bigint
ORDER BY "position"
