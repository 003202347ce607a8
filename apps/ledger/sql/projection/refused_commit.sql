-- The server's error message, in this session's language, for a COMMIT inside of a function. See may_commit.
CREATE FUNCTION ledger.refused_commit() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  COMMIT;
EXCEPTION WHEN invalid_transaction_termination THEN
  RETURN SQLERRM;
END
$$
