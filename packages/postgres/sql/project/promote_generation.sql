-- Makes a generation that was built the live one; called by the owner of all its partitions. Returns false and does nothing if a
-- partition of the live one is at a higher checkpoint. If the live one has a higher version, retires this one and returns false.
-- One transaction, so that readers see the swap as one step; the rows of the old one stay for current readers.
CREATE FUNCTION refold.promote_generation(promoted int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  own refold.projection_generations;
  live refold.projection_generations;
  other refold.projection_generations;
  locked int;
BEGIN
  SELECT * INTO own FROM refold.projection_generations g WHERE g.id = promoted;
  IF own.status <> 'Building' THEN
    RETURN false;
  END IF;
  -- Waits until the owners of the live one have finished their batches. Repeats if it or its partitions were replaced meanwhile,
  -- because the new ones were not visible yet.
  LOOP
    SELECT * INTO live FROM refold.projection_generations g WHERE g.projection = own.projection AND g.status = 'Live';
    EXIT WHEN NOT FOUND;
    SELECT count(*)::int INTO locked FROM (
      SELECT FROM refold.projection_partitions p WHERE p.generation = live.id ORDER BY p."partition" FOR NO KEY UPDATE
    ) AS owned;
    EXIT WHEN locked = (SELECT count(*) FROM refold.projection_partitions p WHERE p.generation = live.id) AND EXISTS (
      SELECT FROM refold.projection_generations g WHERE g.id = live.id AND g.status = 'Live'
    );
  END LOOP;
  IF live.version > own.version THEN
    UPDATE refold.projection_generations g SET status = 'Retired' WHERE g.id = own.id;
    RETURN false;
  ELSIF (SELECT max(p.checkpoint) FROM refold.projection_partitions p WHERE p.generation = live.id)
    > (SELECT min(p.checkpoint) FROM refold.projection_partitions p WHERE p.generation = own.id)
  THEN
    RETURN false;
  END IF;
  UPDATE refold.projection_generations g SET status = 'Retired', replaced_at = clock_timestamp() WHERE g.id = live.id;
  FOR other IN
    SELECT * FROM refold.projection_generations g
    WHERE g.projection = own.projection AND g.status = 'Building' AND g.version < own.version
  LOOP
    -- Skips generations that have an owner at the moment: their promotion fails later, and waiting here could deadlock.
    SELECT count(*)::int INTO locked FROM (
      SELECT FROM refold.projection_partitions p WHERE p.generation = other.id FOR NO KEY UPDATE SKIP LOCKED
    ) AS owned;
    UPDATE refold.projection_generations g SET status = 'Retired'
    WHERE g.id = other.id
      AND locked = (SELECT count(*) FROM refold.projection_partitions p WHERE p.generation = other.id);
  END LOOP;
  UPDATE refold.projection_generations g SET status = 'Live' WHERE g.id = own.id;
  RETURN true;
END
$$
