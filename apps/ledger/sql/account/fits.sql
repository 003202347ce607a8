-- Whether a JSON object has exactly the fields of a shape. Comparing with read_fields takes a tenth of the time of
-- problem_of.
CREATE FUNCTION ledger.fits(shape jsonb, data jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN coalesce(ledger.read_fields(shape, data) = data, false) OR ledger.problem_of(shape, data, '') IS NULL;
END
$$
