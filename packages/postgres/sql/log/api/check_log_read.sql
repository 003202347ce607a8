-- Refuses arguments of a read of the global log that break a rule (see read_problem). Runs as its owner: a role that may
-- read needs EXECUTE on it and not on what it calls.
CREATE FUNCTION refold.check_log_read(
  after bigint, max_count bigint, as_of_position bigint, as_of_recorded_at timestamptz, as_of_occurred_at timestamptz,
  types text[], categories text[], before bigint DEFAULT NULL
) RETURNS void LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  problem CONSTANT jsonb := refold.read_problem(
    after, max_count, NULL::bigint, as_of_position, as_of_recorded_at, as_of_occurred_at, types, categories, before
  );
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
END
$$
