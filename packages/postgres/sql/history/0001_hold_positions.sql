-- Makes readers of the global log stop short of every position that this transaction is about to draw.
--
-- A writer holds, from before it draws positions until its commit is visible, a shared advisory lock whose key is the
-- last position drawn by anyone when it began. A reader (see read_head) goes no further than the smallest key held, so
-- a low position that commits late is not passed by. Shared locks do not wait for one another: writers are not
-- serialised, and transactions that do not append hold nobody up.
-- It beats: reading by "position > checkpoint" (misses late commits), a table lock or one exclusive advisory lock
-- (writers wait), pg_snapshot_xmin (any long transaction in the cluster stalls readers) and waiting out gaps (a guess).
CREATE FUNCTION refold.hold_positions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  this_hold CONSTANT text := pg_current_xact_id()::text || ':' || 'refold.event_position'::regclass::oid::text;
BEGIN
  -- Once per transaction: the first key is the lowest. The setting is transaction-local and goes back with a savepoint
  -- as the lock does; it names transaction and store, because outside of a transaction it reads back as ''. A writer who
  -- sets it by hand harms nobody but himself: readers may pass his own events by.
  IF current_setting('refold_store.positions_held', true) IS DISTINCT FROM this_hold THEN
    -- oid and the low 32 bits of the position, as int4 without overflow.
    PERFORM pg_advisory_xact_lock_shared('refold.event_position'::regclass::oid::int4, last_value::bit(32)::int4)
    FROM refold.event_position;
    PERFORM set_config('refold_store.positions_held', this_hold, true);
    -- Positions that a crash could take back after a reader saw them would be given out twice.
    IF current_setting('synchronous_commit') = 'off' THEN
      PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
  END IF;
END
$$
