-- Requests another number of partitions of a generation, and changes it as soon as all of them are at one checkpoint: until then
-- none passes the highest of their checkpoints. So every event is read once, even if it is in another partition afterwards.
--   asked      the requested number; the current one cancels a pending change, and null requests none
--   asked_by   how events are assigned to partitions
--   max_wait   the maximum wait for each owner, in milliseconds
-- Parked streams move with their partition. With partitions by key, a parked stream belongs to several: a pending change is then
-- cancelled.
CREATE FUNCTION refold.repartition(wanted int, asked int, asked_by text, max_wait int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own refold.projection_generations;
BEGIN
  PERFORM refold.lock_partitions(wanted, max_wait);
  IF asked IS NOT NULL THEN
    UPDATE refold.projection_generations g SET
      next_partitions = nullif(asked, g.partitions),
      drain_to = CASE WHEN asked <> g.partitions THEN (
        SELECT max(p.checkpoint) FROM refold.projection_partitions p WHERE p.generation = wanted
      ) END,
      partitioned_by = CASE WHEN g.partitions = 1 THEN asked_by ELSE g.partitioned_by END
    WHERE g.id = wanted AND g.status <> 'Retired';
  END IF;
  SELECT * INTO own FROM refold.projection_generations g WHERE g.id = wanted AND g.status <> 'Retired';
  IF own.next_partitions IS NULL OR EXISTS (
    SELECT FROM refold.projection_partitions p WHERE p.generation = wanted
    GROUP BY p.generation
    HAVING min(p.checkpoint) < own.drain_to OR count(p.addition) > 0
      OR count(DISTINCT coalesce(p.definition, own.definition)) > 1
  ) THEN
    RETURN;
  END IF;
  IF own.partitioned_by = 'key' AND EXISTS (SELECT FROM refold.parked_streams k WHERE k.generation = wanted) THEN
    UPDATE refold.projection_generations g SET next_partitions = NULL, drain_to = NULL WHERE g.id = wanted;
    RETURN;
  END IF;
  INSERT INTO refold.projection_partitions (generation, "partition", checkpoint, definition, rate)
  SELECT wanted, n, p.checkpoint, p.definition, p.rate
  FROM refold.projection_partitions p, generate_series(own.partitions, own.next_partitions - 1) AS n
  WHERE p.generation = wanted AND p."partition" = 0;
  DELETE FROM refold.projection_partitions p WHERE p.generation = wanted AND p."partition" >= own.next_partitions;
  UPDATE refold.projection_partitions p SET newer = NULL, rate = p.rate * own.partitions / own.next_partitions
  WHERE p.generation = wanted;
  UPDATE refold.parked_streams k SET "partition" = refold.partition_of(k.stream, own.next_partitions)
  WHERE k.generation = wanted;
  UPDATE refold.projection_generations g SET
    partitions = own.next_partitions, next_partitions = NULL, drain_to = NULL,
    partitioned_by = CASE WHEN own.next_partitions > 1 THEN g.partitioned_by END
  WHERE g.id = wanted;
END
$$
