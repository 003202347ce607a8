-- Saves what a batch changes besides rows: the checkpoint and the parked streams of a partition, and the event at
-- which it stopped. Called by its owner.
CREATE FUNCTION refold.save_checkpoint(
  saved int, saved_partition int, new_checkpoint bigint, new_rate float8, rows_changed boolean,
  streams text[], versions bigint[], positions bigint[], types text[], stages text[], reasons text[], tries int[],
  unparked text[], newer_event jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(unparked) > 0 THEN
    DELETE FROM refold.parked_streams p
    WHERE p.generation = saved AND p."partition" = saved_partition AND p.stream = ANY (unparked);
  END IF;
  IF cardinality(streams) > 0 THEN
    INSERT INTO refold.parked_streams (generation, "partition", stream, version, "position", type, stage, reason, attempts)
    SELECT saved, saved_partition, p.* FROM unnest(streams, versions, positions, types, stages, reasons, tries) AS p
    ON CONFLICT (generation, stream, "partition") DO UPDATE SET
      version = excluded.version, "position" = excluded."position", type = excluded.type, stage = excluded.stage,
      reason = excluded.reason, attempts = excluded.attempts, parked_at = excluded.parked_at;
  END IF;
  UPDATE refold.projection_partitions g SET
    checkpoint = new_checkpoint, rate = new_rate, revision = CASE WHEN rows_changed THEN gen_random_uuid() ELSE g.revision END,
    updated_at = clock_timestamp(), newer = newer_event
  WHERE g.generation = saved AND g."partition" = saved_partition;
END
$$
