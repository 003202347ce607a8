-- Sets a position counter that is behind the log to the log's last position, and returns that position; does nothing and
-- returns null otherwise. The counter is behind after a restore of the table alone, after a restore of the schema alone
-- (then it would give position 0, which readers skip), and after logical replication, which does not carry sequences. New
-- events would then get positions below those that readers have passed.
--
-- Appends call it before they draw positions, so while the counter is behind none is drawn, and of those that find it behind
-- one repairs it while the others wait for its transaction. Hence no position that was drawn is ever given out again.
-- SECURITY DEFINER, because it may only move counters forward to what is stored: readers and writers may call it.
--
-- Also moves the counter of generations forward, which is behind for the same reasons: a new projection could not begin.
CREATE FUNCTION refold.repair_positions() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_stored bigint;
BEGIN
  -- Almost always nothing is behind, and then there is no lock for which a program that starts could wait.
  IF coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0)
      <= (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM refold.event_position s)
    AND coalesce((SELECT max(g.id) FROM refold.projection_generations g), 0)
      <= (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM refold.projection_generations_id_seq s)
  THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('repair positions', 'refold.event_position'::regclass::oid::bigint));
  -- Statements of their own, so that their snapshots are newer than the wait.
  PERFORM setval('refold.projection_generations_id_seq', g.id)
  FROM refold.projection_generations g, refold.projection_generations_id_seq s
  WHERE g.id > CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END
  ORDER BY g.id DESC LIMIT 1;
  last_stored := coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0);
  -- The last value of a counter that was restarted is not drawn yet.
  IF last_stored > (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM refold.event_position s) THEN
    PERFORM setval('refold.event_position', last_stored);
    RAISE WARNING 'the position counter was behind the log and is set to its last position, %', last_stored;
    RETURN last_stored;
  END IF;
  RETURN NULL;
END
$$
