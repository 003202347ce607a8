-- A field of this kind as TypeScript has it, or NULL where the value does not fit.
--   text     any text
--   amount   minor units, 0 or more
--   place    a version of a stream, 1 or more
--   number   a whole number
--   others   an enumeration, see words_of
CREATE FUNCTION ledger.read_field(kind text, value jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  number bigint;
BEGIN
  IF kind = 'text' THEN
    RETURN CASE WHEN jsonb_typeof(value) = 'string' THEN value END;
  ELSIF kind IN ('amount', 'place', 'number') THEN
    number := ledger.whole_number(value);
    RETURN CASE
      WHEN number >= CASE kind WHEN 'amount' THEN 0 WHEN 'place' THEN 1 ELSE number END THEN to_jsonb(number)
    END;
  END IF;
  -- Not by "contains" alone, which would take ["CZK"], too.
  RETURN CASE WHEN jsonb_typeof(value) = 'string' AND ledger.words_of(kind) @> value THEN value END;
END
$$
