-- Sets a position counter that is behind the log to the log's last position, and returns that position; does nothing and
-- returns null otherwise. The counter is behind after a restore of the table alone, and after logical replication, which
-- does not carry sequences. New events would then get positions below those that readers have passed.
--
-- Appends call it before they draw positions, so while the counter is behind none is drawn, and of those that find it behind
-- one repairs it while the others wait for its transaction. Hence no position that was drawn is ever given out again.
-- SECURITY DEFINER, because it may only move the counter forward to the log: readers and writers may call it.
CREATE FUNCTION refold.repair_positions() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_stored bigint;
BEGIN
  -- Almost always, and then without a lock for which a program that starts could wait.
  IF NOT coalesce(
    (SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1)
      > (SELECT s.last_value FROM refold.event_position s), false)
  THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('repair positions', 'refold.event_position'::regclass::oid::bigint));
  -- A statement of its own, so that its snapshot is newer than the wait.
  SELECT e."position" INTO last_stored FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1;
  IF last_stored > (SELECT s.last_value FROM refold.event_position s) THEN
    PERFORM setval('refold.event_position', last_stored);
    RAISE WARNING 'the position counter was behind the log and is set to its last position, %', last_stored;
    RETURN last_stored;
  END IF;
  RETURN NULL;
END
$$
