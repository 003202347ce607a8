-- Raises the error for a refused argument: SQLSTATE 22023, a message with the field and the rule, and both as JSON in the DETAIL.
CREATE FUNCTION refold.refuse_input(problem jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF problem ->> 'rule' LIKE '%whole milliseconds' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('%s %s', problem ->> 'field', problem ->> 'rule'),
      DETAIL = problem,
      HINT = 'A time of the database has microseconds: date_trunc(''milliseconds'', now()).';
  END IF;
  RAISE EXCEPTION USING
    ERRCODE = 'invalid_parameter_value',
    MESSAGE = format('%s %s', problem ->> 'field', problem ->> 'rule'),
    DETAIL = problem;
END
$$
