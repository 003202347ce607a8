-- How far the global log can be read without ever missing an event: every position up to here is committed and visible
-- to the next statement, or will never be used. See hold_positions for the writers' side.
--
-- The order matters: first the last position drawn, then the locks. A writer whose lock is not seen took it later, and
-- so draws its positions above what was read first. The events must be read by a later statement with a snapshot of its
-- own; in a single one, or under REPEATABLE READ, the snapshot would be older than the bound.
CREATE FUNCTION refold.read_bound() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last_drawn bigint;
  lowest_held bigint;
BEGIN
  SELECT last_value INTO last_drawn FROM refold.event_position;
  -- A key is a position's low 32 bits; the position is the nearest one not above the last drawn. Not joined on pid:
  -- a prepared transaction holds its locks without one.
  SELECT min(last_drawn - ((last_drawn - objid::bigint) & 4294967295)) INTO lowest_held
  FROM pg_catalog.pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND granted
    AND classid = 'refold.event_position'::regclass::oid
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database());
  RETURN least(last_drawn, lowest_held);
END
$$
