-- Whether a JSON object has the fields of a shape and no others. Where the fields that were read are the object, nothing
-- else need be asked; looking for a problem (problem_of) takes ten times as long.
CREATE FUNCTION ledger.fits(shape jsonb, data jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN coalesce(ledger.read_fields(shape, data) = data, false) OR ledger.problem_of(shape, data, '') IS NULL;
END
$$
