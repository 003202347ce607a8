-- Whether the procedure that calls this one may COMMIT: not where a transaction is open around it. PostgreSQL has no
-- way to ask, but two ways to refuse a try inside of a block with EXCEPTION: one where a transaction is open, and
-- another where only the block itself is in the way. Clocks will not do (now() = statement_timestamp() also in "BEGIN;
-- CALL …").
CREATE PROCEDURE ledger.may_commit(INOUT answer boolean) LANGUAGE plpgsql AS $$
BEGIN
  COMMIT;
EXCEPTION WHEN invalid_transaction_termination THEN
  answer := SQLERRM <> ledger.refused_commit();
END
$$
