-- Sets a position counter that is behind the log to the log's last position, and returns that position; otherwise does
-- nothing and returns null. The counter is behind after a restore of the table alone, after a restore of the schema alone
-- (it would then give position 0, which readers skip), and after logical replication, which does not copy sequences. New
-- events would then get positions below those that readers have passed.
--
-- Appends call it before they draw positions, so no position is drawn while the counter is behind. If several appends find it
-- behind, one repairs it and the others wait for that transaction. So no position is ever drawn twice. SECURITY DEFINER:
-- readers and writers may call it, because it can only move counters forward to what is stored.
--
-- Also moves the counter of generations forward, which is behind for the same reasons: a new projection could not begin.
CREATE FUNCTION refold.repair_positions() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_stored bigint;
BEGIN
  -- Almost always nothing is behind: return without a lock, so that a program that starts waits for none.
  IF coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0)
      <= (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM refold.event_position s)
    AND coalesce((SELECT max(g.id) FROM refold.projection_generations g), 0)
      <= (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM refold.projection_generations_id_seq s)
  THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('repair positions', 'refold.event_position'::regclass::oid::bigint));
  -- Separate statements, so that their snapshots are newer than the wait.
  PERFORM setval('refold.projection_generations_id_seq', g.id)
  FROM refold.projection_generations g, refold.projection_generations_id_seq s
  WHERE g.id > CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END
  ORDER BY g.id DESC LIMIT 1;
  last_stored := coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0);
  -- The last value of a restarted counter is not drawn yet.
  IF last_stored > (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM refold.event_position s) THEN
    PERFORM setval('refold.event_position', last_stored);
    RAISE WARNING 'the position counter was behind the log and is set to its last position, %', last_stored;
    RETURN last_stored;
  END IF;
  RETURN NULL;
END
$$
