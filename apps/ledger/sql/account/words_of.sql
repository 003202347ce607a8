-- The values that a field of this kind may hold; NULL for kinds that are no enumeration. They are part of the storage
-- format, as in AccountEvent.ts and Currency.ts.
CREATE FUNCTION ledger.words_of(kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE kind
  WHEN 'currency' THEN '["CZK", "EUR", "USD"]'
  WHEN 'channel' THEN '["Cash", "Card", "Transfer", "Unspecified"]'
  WHEN 'statements' THEN '["Monthly", "Weekly", "AfterEachTransaction"]'
  WHEN 'fee reason' THEN '["Service", "OverdraftInterest"]'
END::jsonb
$$
