-- The position of the last event up to which the global log can be read without missing one: every position up to there is
-- committed or will never be used. See lock_positions for the writers' side.
--
-- The order of the three statements matters. First the last position drawn, then the locks: a writer whose lock is not
-- visible took it later, and so draws positions above the one read first. Then the events, with a new snapshot
-- (plpgsql, VOLATILE): an event at or below the bound that is not visible will never exist. Under REPEATABLE READ the
-- snapshot would be older than the bound.
--
-- The position of an event and not the bound itself, and read in the same session as the bound: a crash can undo
-- positions that were drawn, but not those of committed events.
--
-- A counter that is behind the log would hide events (see repair_positions): it is repaired, or this function fails.
CREATE FUNCTION refold.read_head() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last_drawn bigint;
  lowest_held bigint;
  head bigint;
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'a standby does not see the writers'' locks, so its readers would miss events'
      USING ERRCODE = 'feature_not_supported', HINT = 'Read the global log on the primary.';
  END IF;
  IF (SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1)
    > (SELECT s.last_value FROM refold.event_position s)
  THEN
    BEGIN
      PERFORM refold.repair_positions();
    EXCEPTION WHEN insufficient_privilege OR read_only_sql_transaction THEN
      RAISE EXCEPTION 'the position counter of the log is behind its last event, so readers would miss events'
        USING ERRCODE = 'object_not_in_prerequisite_state',
          HINT = 'As a writer or the owner, run SELECT refold.repair_positions().';
    END;
  END IF;
  SELECT last_value INTO last_drawn FROM refold.event_position;
  -- A key is a position's low 32 bits; the position is the nearest one not above the last drawn. Not joined on pid:
  -- a prepared transaction holds its locks without one.
  SELECT min(last_drawn - ((last_drawn - objid::bigint) & 4294967295)) INTO lowest_held
  FROM pg_catalog.pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND granted
    AND classid = 'refold.event_position'::regclass::oid
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database());
  SELECT e."position" INTO head FROM refold.event_store e
  WHERE e."position" <= least(last_drawn, lowest_held) ORDER BY e."position" DESC LIMIT 1;
  RETURN coalesce(head, 0);
END
$$
