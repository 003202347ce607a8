-- The rule for a field of this kind, for error messages; see read_field.
CREATE FUNCTION ledger.rule_of(kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE kind
  WHEN 'text' THEN 'must be a text'
  WHEN 'amount' THEN 'must be a whole number of minor units from 0 to 9007199254740991'
  WHEN 'place' THEN 'must be a whole number, 1 or more'
  WHEN 'number' THEN 'must be a whole number'
  ELSE 'must be one of ' || (
    SELECT string_agg(w.word, ', ' ORDER BY w.number)
    FROM jsonb_array_elements_text(ledger.words_of(kind)) WITH ORDINALITY AS w(word, number)
  )
END
$$
