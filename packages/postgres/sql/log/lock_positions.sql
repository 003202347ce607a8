-- Makes readers of the global log stop before every position that this transaction is about to draw.
--
-- A writer holds, from before it draws positions until its commit is visible, a shared advisory lock whose key is the
-- last position drawn by any session when it began. A reader (see read_head) reads no further than the smallest key
-- held, so a low position that commits late is not skipped. Shared locks do not wait for each other: writers are not
-- serialised, and transactions that do not append block no reader. Rejected: reading by "position > checkpoint" (misses
-- late commits), a table lock or one exclusive advisory lock (writers wait), pg_snapshot_xmin (any long transaction in
-- the cluster stalls readers) and waiting a fixed time for gaps to fill (a guess).
--
-- A setting of the transaction stores which key it holds. A writer can forge the setting, but cannot make readers skip its own
-- events: the lock is taken each time, which is cheap if it is held already. Its key is never above the last position drawn, and
-- never so far below it that its 32 bits would denote a higher position. Returns false if wait = false and another session holds
-- the lock exclusively, which no writer does.
CREATE FUNCTION refold.lock_positions(wait boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  this_hold CONSTANT text := pg_current_xact_id()::text || ':' || 'refold.event_position'::regclass::oid::text || ':';
  setting CONSTANT text := coalesce(current_setting('refold_store.locked_position', true), '');
  held CONSTANT bigint := CASE
    WHEN starts_with(setting, this_hold) AND substr(setting, length(this_hold) + 1) ~ '^[0-9]{1,18}$'
      THEN substr(setting, length(this_hold) + 1)::bigint
  END;
  last_drawn bigint;
  is_behind boolean;
BEGIN
  -- A counter that is behind the log would give positions that readers have passed, or position 0, which they never read. One
  -- statement: every position that its snapshot sees was drawn before, so only a counter that was set back can be lower. The
  -- last value of a restarted counter is not drawn yet.
  SELECT s.last_value, coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0)
    > CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END
  INTO last_drawn, is_behind FROM refold.event_position s;
  IF is_behind THEN
    PERFORM refold.repair_positions();
    SELECT s.last_value INTO last_drawn FROM refold.event_position s;
  END IF;
  -- Once per transaction: the first key is the lowest. The setting is transaction-local and rolls back with a savepoint as
  -- the lock does. It names the transaction and the store, because it reads as '' after the transaction.
  IF held > last_drawn - 2147483648 THEN
    last_drawn := least(last_drawn, held);
  ELSE
    PERFORM set_config('refold_store.locked_position', this_hold || last_drawn, true);
  END IF;
  -- oid and the low 32 bits of the position, as int4 without overflow.
  IF NOT pg_try_advisory_xact_lock_shared('refold.event_position'::regclass::oid::int4, last_drawn::bit(32)::int4) THEN
    IF NOT wait THEN
      RETURN false;
    END IF;
    PERFORM refold.wait_for_lock(
      ('refold.event_position'::regclass::oid::bigint << 32) | (last_drawn & 4294967295), true, true
    );
  END IF;
  -- A crash could undo a position that a reader has seen, and the position would be drawn twice.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  RETURN true;
END
$$
