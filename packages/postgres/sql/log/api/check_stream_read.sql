-- Refuses arguments of a read of one stream that break a rule (see read_problem). Returns max_count, because queries call it
-- in their LIMIT: PostgreSQL evaluates that once, before it scans rows. IMMUTABLE, so that constant arguments are checked when
-- the query is planned and the plan knows the limit. Runs as its owner: a role that may read needs EXECUTE on it and not on
-- what it calls.
CREATE FUNCTION refold.check_stream_read(
  stream text, after bigint DEFAULT NULL, as_of_version bigint DEFAULT NULL, as_of_position bigint DEFAULT NULL,
  as_of_recorded_at timestamptz DEFAULT NULL, as_of_occurred_at timestamptz DEFAULT NULL, max_count bigint DEFAULT NULL,
  before bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  problem CONSTANT jsonb := coalesce(
    refold.problem('stream', refold.stream_problem(stream)),
    refold.read_problem(
      after, max_count, as_of_version, as_of_position, as_of_recorded_at, as_of_occurred_at, NULL::text[],
      NULL::text[], before
    )
  );
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
  RETURN max_count;
END
$$
