-- Folds the next events into ledger.balances, at most batch_size of them: rows and checkpoint in the caller's
-- transaction. Returns their number: fewer than batch_size at the end of the log, NULL when another session holds the
-- lock. The lock on the checkpoint's row makes one session the owner until its transaction ends, so each batch is
-- folded exactly once. It does not wait for the lock: the holder does the same work.
-- Reads up to read_head() only: a lower position may still commit, and would be skipped. Runs as its owner, so that
-- callers need no right to write the table.
CREATE FUNCTION ledger.catch_up_batch(batch_size int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- A plan for each batch: a generic plan does not know the batch size, and reads the whole log.
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
  before bigint;
  head bigint;
  reached bigint;
  taken int;
BEGIN
  PERFORM ledger.refuse_old_snapshot();
  PERFORM ledger.refuse_input(refold.problem(
    'batch_size', CASE WHEN batch_size >= 1 THEN NULL ELSE 'must be 1 or more' END
  ));
  SELECT c."position" INTO before FROM ledger.balances_checkpoint c FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  head := refold.read_head();
  WITH batch AS MATERIALIZED (
    -- An open range on the primary key, then the head: as the store reads its pages.
    SELECT page.* FROM (
      SELECT e AS event, e.stream, e.version, e."position", e.recorded_at FROM refold.event_store e
      WHERE e."position" > before AND e.stream LIKE 'account-%' ORDER BY e."position" LIMIT batch_size
    ) AS page
    WHERE page."position" <= head
  ), following AS (
    SELECT b.*, row_number() OVER (PARTITION BY b.stream ORDER BY b.version) AS number
    FROM batch b
    LEFT JOIN ledger.event_formats f ON f.type = (b.event).type AND f.schema_version = (b.event).schema_version
    WHERE (b.event).data @? f.shape OR ledger.event_problem(b.event) IS NULL
  ), folded AS (
    INSERT INTO ledger.balances AS known (aggregate_id, version, "position", recorded_at, state)
    SELECT substr(f.stream, 9), max(f.version), max(f."position"), max(f.recorded_at),
      ledger.fold_account(coalesce(k.state, ledger.initial_account()), f.event ORDER BY f.version)
    FROM following f LEFT JOIN ledger.balances k ON k.aggregate_id = substr(f.stream, 9)
    -- In version order: an account stops at an unreadable event.
    WHERE f.version = coalesce(k.version, 0) + f.number
    GROUP BY f.stream, k.state
    ON CONFLICT (aggregate_id) DO UPDATE SET
      version = excluded.version, "position" = excluded."position", recorded_at = excluded.recorded_at,
      state = excluded.state
  )
  SELECT count(*), max(b."position") INTO taken, reached FROM batch b;
  -- Always the position of an event. A batch that is not full has reached the head.
  UPDATE ledger.balances_checkpoint c
  SET "position" = CASE WHEN taken < batch_size THEN greatest(head, before) ELSE reached END,
    updated_at = clock_timestamp();
  RETURN taken;
END
$$
