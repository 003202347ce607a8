-- Checkpoints at positions without an event: a checkpoint is the position of an event that was read, so that event was
-- deleted since. This finds what rows cannot show: a deleted last event of a stream without rows.
CREATE VIEW ledger.coverage_problems AS
SELECT c.kind || '_checkpoint' AS problem, NULL::text AS stream, NULL::bigint AS version,
  jsonb_build_object(
    'position', (SELECT max(e."position") FROM refold.event_store e WHERE e."position" < c."position")
  ) AS expected,
  jsonb_build_object('position', c."position") AS found,
  format('%s is up to date to position %s, where there is no event: it was deleted.', c.kind, c."position") AS sentence
FROM ledger.coverage c
WHERE c."position" > 0 AND NOT EXISTS (SELECT FROM refold.event_store e WHERE e."position" = c."position")
