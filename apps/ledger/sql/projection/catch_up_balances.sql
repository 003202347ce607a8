-- Brings ledger.balances up to the head of the log: CALL ledger.catch_up_balances(). Called by itself it commits after
-- each batch, so that locks are short, readers see it come, and a new call after a crash goes on from the last batch.
-- Called inside of a transaction it commits nothing, and the caller's transaction holds all of it.
-- Where another session is at it, this one does nothing and says so by a NOTICE: all events will be in the rows, but
-- perhaps not yet. To wait for an event, compare its position with balances_checkpoint.
CREATE PROCEDURE ledger.catch_up_balances(batch_size int DEFAULT 1000) LANGUAGE plpgsql AS $$
DECLARE
  commits boolean;
  taken int;
BEGIN
  CALL ledger.may_commit(commits);
  LOOP
    taken := ledger.catch_up_batch(batch_size);
    IF taken IS NULL THEN
      RAISE NOTICE 'another session is bringing the balances up to date';
    END IF;
    IF commits THEN
      COMMIT;
    END IF;
    EXIT WHEN taken IS NULL OR taken < batch_size;
  END LOOP;
END
$$
