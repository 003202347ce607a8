-- Whether a JSON value is a state of an account, as defined by Account.State in Account.ts. Further fields are ignored.
CREATE FUNCTION ledger.is_account(state jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  shape CONSTANT jsonb := CASE state ->> '_tag'
    WHEN 'NotOpen' THEN '[["version", "number"]]'
    WHEN 'Open' THEN '[
      ["currency", "currency"], ["balance", "number"], ["overdraftLimit", "amount"], ["version", "number"]
    ]'
    WHEN 'Closed' THEN '[]'
  END;
BEGIN
  IF ledger.read_fields(shape, state) IS NULL THEN
    RETURN false;
  ELSIF state ->> '_tag' <> 'Open' THEN
    RETURN true;
  ELSIF jsonb_typeof(state -> 'isFrozen') IS DISTINCT FROM 'boolean'
    OR jsonb_typeof(state -> 'deposits') IS DISTINCT FROM 'array' THEN
    RETURN false;
  END IF;
  RETURN NOT EXISTS (
    SELECT FROM jsonb_array_elements(state -> 'deposits') AS d(deposit)
    WHERE ledger.read_fields('[["version", "number"], ["amount", "amount"]]', d.deposit) IS NULL
      OR jsonb_typeof(d.deposit -> 'isReversed') IS DISTINCT FROM 'boolean'
  );
END
$$
