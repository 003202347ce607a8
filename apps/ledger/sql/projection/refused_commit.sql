-- How this server words, in this session's language, that a COMMIT is not allowed inside of a function. See may_commit.
CREATE FUNCTION ledger.refused_commit() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  COMMIT;
EXCEPTION WHEN invalid_transaction_termination THEN
  RETURN SQLERRM;
END
$$
