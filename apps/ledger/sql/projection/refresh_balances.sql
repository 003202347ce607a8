-- Refreshes balance_projection: SELECT ledger.refresh_balances(). Returns the position up to which every event is in
-- the rows; they may hold later ones, and each row has its own version.
--
-- When to call it: at the end of a batch (an import, a nightly booking), or on a schedule (cron, pg_cron) as often as
-- reports need it. Not after each command: it reads the whole log, and reports may be a minute old where a handler's
-- answer may not. For those use ledger.balances and the rows that handlers write.
-- CONCURRENTLY: readers keep the previous rows until the caller's transaction commits. Only rows that differ are
-- written.
-- Two at once: the second waits for the first. It then refreshes only where no refresh began after its call; of many
-- that wait, one refreshes for all, and each has the events that it saw before its call.
-- Runs as its owner, because before PostgreSQL 17 only the owner may refresh.
CREATE FUNCTION ledger.refresh_balances() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
  before bigint;
  last ledger.balance_refreshes;
BEGIN
  PERFORM ledger.refuse_old_snapshot();
  SELECT r.refreshes INTO before FROM ledger.balance_refreshes r;
  SELECT * INTO last FROM ledger.balance_refreshes r FOR UPDATE;
  -- The refresh after "before" may have begun before this call; the one after that began later.
  IF last.refreshes >= before + 2 THEN
    RETURN last."position";
  END IF;
  -- The head, then the rows, in separate statements: events up to the head are visible to the second.
  UPDATE ledger.balance_refreshes r
  SET refreshes = r.refreshes + 1, "position" = refold.read_head(), refreshed_at = clock_timestamp()
  RETURNING * INTO last;
  REFRESH MATERIALIZED VIEW CONCURRENTLY ledger.balance_projection;
  RETURN last."position";
END
$$
