-- The events of a decision; raises where it is a refusal (see refuse).
CREATE FUNCTION ledger.accepted(agg text, decision jsonb, is_part boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
  IF decision ? 'refusal' THEN
    PERFORM ledger.refuse(agg, decision -> 'refusal', is_part);
  END IF;
  RETURN decision -> 'events';
END
$$
