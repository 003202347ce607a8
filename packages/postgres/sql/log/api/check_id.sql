-- Refuses NULL as a correlation id or a causation id. Runs as its owner: a role that may read needs EXECUTE on it and not
-- on what it calls.
CREATE FUNCTION refold.check_id(field text, id text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF id IS NULL THEN
    PERFORM refold.refuse_input(refold.problem(field, 'must be a text'));
  END IF;
END
$$
