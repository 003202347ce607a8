-- What a batch changes besides rows: the checkpoint and the parked streams of a generation, and the event at
-- which it stopped. Called by its owner.
CREATE FUNCTION refold.save_checkpoint(
  saved int, new_checkpoint bigint, new_rate float8, rows_changed boolean,
  streams text[], versions bigint[], positions bigint[], types text[], stages text[], reasons text[], tries int[],
  unparked text[], newer_event jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(unparked) > 0 THEN
    DELETE FROM refold.parked_streams p WHERE p.generation = saved AND p.stream = ANY (unparked);
  END IF;
  IF cardinality(streams) > 0 THEN
    INSERT INTO refold.parked_streams (generation, stream, version, "position", type, stage, reason, attempts)
    SELECT saved, p.* FROM unnest(streams, versions, positions, types, stages, reasons, tries) AS p
    ON CONFLICT (generation, stream) DO UPDATE SET
      version = excluded.version, "position" = excluded."position", type = excluded.type, stage = excluded.stage,
      reason = excluded.reason, attempts = excluded.attempts, parked_at = excluded.parked_at;
  END IF;
  UPDATE refold.projection_generations g SET
    checkpoint = new_checkpoint, rate = new_rate, revision = CASE WHEN rows_changed THEN gen_random_uuid() ELSE g.revision END,
    updated_at = clock_timestamp(), newer = newer_event
  WHERE g.id = saved;
END
$$
