-- Refuses arguments of list_streams that break a rule. Runs as its owner: a role that may read needs EXECUTE on it and not
-- on what it calls.
CREATE FUNCTION refold.check_stream_list(category text, after text, max_count bigint) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  problem CONSTANT jsonb := coalesce(
    CASE WHEN category IS NOT NULL THEN refold.problem('category', refold.category_problem(category)) END,
    CASE WHEN after IS NOT NULL THEN refold.problem('after', refold.stream_problem(after)) END,
    refold.problem('max_count', refold.page_problem(max_count))
  );
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
END
$$
