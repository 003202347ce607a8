-- Brings ledger.balances up to the head of the log: CALL ledger.catch_up_balances(). Outside of a transaction it
-- commits after each batch: locks are short, readers see progress, and a call after a crash continues from the last
-- batch. Inside of a transaction it commits nothing.
-- Where another session is catching up, this one does nothing and raises a NOTICE: the rows may not hold all events
-- yet. To wait for an event, compare its position with balances_checkpoint.
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
