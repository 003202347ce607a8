-- A time that was written as text, or NULL where the text is none: a forged answer may hold any text.
CREATE FUNCTION ledger.time_of(written text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN written::timestamptz;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$
