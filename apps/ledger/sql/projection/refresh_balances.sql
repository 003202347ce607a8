-- Brings balance_projection up to now: SELECT ledger.refresh_balances(). Answers the position up to which every event
-- is in the rows; they may hold later ones, too, and each says by its own version how far it goes.
--
-- When to call it: at the end of a batch (an import, a night's booking), or by a clock (cron, pg_cron) as often as
-- reports need it. Never after each command: it reads the whole log every time, and a report may be a minute old where
-- a handler's answer may not. For that there are ledger.balances and the rows that handlers write.
-- CONCURRENTLY: readers go on with the rows from before, and change over all at once when the caller's transaction
-- commits. Only rows that differ are written.
-- Two at once: the second waits for the first. It then works only where no refresh began after it was called; so of
-- many who wait, one works for all, and each still finds the events that it saw before it called.
-- As its owner, because before PostgreSQL 17 nobody else may refresh.
CREATE FUNCTION ledger.refresh_balances() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
  before bigint;
  last ledger.balance_refreshes;
BEGIN
  PERFORM ledger.refuse_old_snapshot();
  SELECT r.refreshes INTO before FROM ledger.balance_refreshes r;
  SELECT * INTO last FROM ledger.balance_refreshes r FOR UPDATE;
  -- The next one after before may have been at work when this was called; the one after that began later.
  IF last.refreshes >= before + 2 THEN
    RETURN last."position";
  END IF;
  -- The head first, then the rows, in statements of their own: what is up to the head is visible to the second.
  UPDATE ledger.balance_refreshes r
  SET refreshes = r.refreshes + 1, "position" = refold.read_head(), refreshed_at = clock_timestamp()
  RETURNING * INTO last;
  REFRESH MATERIALIZED VIEW CONCURRENTLY ledger.balance_projection;
  RETURN last."position";
END
$$
