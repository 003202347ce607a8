-- Whether the calling procedure may COMMIT: not inside of an open transaction. PostgreSQL has no function for it, but
-- refuses a COMMIT inside of a block with EXCEPTION in two ways: one where a transaction is open, another where only
-- the block is in the way. Clocks do not show it (now() = statement_timestamp() also in "BEGIN; CALL …").
CREATE PROCEDURE ledger.may_commit(INOUT answer boolean) LANGUAGE plpgsql AS $$
BEGIN
  COMMIT;
EXCEPTION WHEN invalid_transaction_termination THEN
  answer := SQLERRM <> ledger.refused_commit();
END
$$
