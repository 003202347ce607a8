-- Makes a generation that is being filled the live one; called by its owner. False, and nothing done, where the live one
-- has come further. Where the live one is of a newer version, this one is over: false, and it is retired.
-- One transaction, so for readers the swap is one step; the rows of the old one stay for those who are reading them.
CREATE FUNCTION refold.promote_generation(promoted int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  own refold.projection_generations;
  live refold.projection_generations;
BEGIN
  SELECT * INTO own FROM refold.projection_generations g WHERE g.id = promoted;
  IF own.status <> 'Building' THEN
    RETURN false;
  END IF;
  -- Waits until the live one's owner is done with its batch. Once more where it was replaced meanwhile: the row that was
  -- waited for is not the live one any more, and the new one was not yet seen.
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
  -- Skipped where another is at work on it: that one finds out when it wants to be the live one itself, and to wait here
  -- could be to wait for one another.
  UPDATE refold.projection_generations g SET status = 'Retired' WHERE g.id IN (
    SELECT other.id FROM refold.projection_generations other
    WHERE other.id = live.id
      OR other.projection = own.projection AND other.status = 'Building' AND other.version < own.version
    FOR NO KEY UPDATE SKIP LOCKED
  );
  UPDATE refold.projection_generations g SET status = 'Live' WHERE g.id = own.id;
  RETURN true;
END
$$
