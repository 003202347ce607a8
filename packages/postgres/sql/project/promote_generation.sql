-- Makes a generation that was built the live one; called by its owner. Returns false and does nothing if the live one
-- is at a higher checkpoint. If the live one is of a newer version, this one is retired, and the result is false. One
-- transaction, so readers see the swap as one step; the rows of the old one stay for current readers.
CREATE FUNCTION refold.promote_generation(promoted int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  own refold.projection_generations;
  live refold.projection_generations;
BEGIN
  SELECT * INTO own FROM refold.projection_generations g WHERE g.id = promoted;
  IF own.status <> 'Building' THEN
    RETURN false;
  END IF;
  -- Waits until the owner of the live one has finished its batch. Again if it was replaced meanwhile: then the row that
  -- was waited for is not the live one any more, and the new one was not visible yet.
  LOOP
    SELECT * INTO live FROM refold.projection_generations g
    WHERE g.projection = own.projection AND g.status = 'Live' FOR NO KEY UPDATE;
    EXIT WHEN FOUND OR NOT EXISTS (
      SELECT FROM refold.projection_generations g WHERE g.projection = own.projection AND g.status = 'Live'
    );
  END LOOP;
  IF live.version > own.version THEN
    UPDATE refold.projection_generations g SET status = 'Retired' WHERE g.id = own.id;
    RETURN false;
  ELSIF live.checkpoint > own.checkpoint THEN
    RETURN false;
  END IF;
  -- Skips generations that have an owner at the moment: their promotion fails later, and waiting here could deadlock.
  UPDATE refold.projection_generations g SET
    status = 'Retired', replaced_at = CASE WHEN g.id = live.id THEN clock_timestamp() END
  WHERE g.id IN (
    SELECT other.id FROM refold.projection_generations other
    WHERE other.id = live.id
      OR other.projection = own.projection AND other.status = 'Building' AND other.version < own.version
    FOR NO KEY UPDATE SKIP LOCKED
  );
  UPDATE refold.projection_generations g SET status = 'Live' WHERE g.id = own.id;
  RETURN true;
END
$$
