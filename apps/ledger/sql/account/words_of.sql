-- The words that a field of this kind may hold; NULL where it may hold more than a few words. They are a part of the
-- storage format, as they are in AccountEvent.ts and Currency.ts.
CREATE FUNCTION ledger.words_of(kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE kind
  WHEN 'currency' THEN '["CZK", "EUR", "USD"]'
  WHEN 'channel' THEN '["Cash", "Card", "Transfer", "Unspecified"]'
  WHEN 'statements' THEN '["Monthly", "Weekly", "AfterEachTransaction"]'
  WHEN 'fee reason' THEN '["Service", "OverdraftInterest"]'
END::jsonb
$$
