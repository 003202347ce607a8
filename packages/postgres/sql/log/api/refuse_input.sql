-- Refuses an argument: SQLSTATE 22023, a message with the field and the rule, and both as JSON in the DETAIL.
CREATE FUNCTION refold.refuse_input(problem jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'invalid_parameter_value',
    MESSAGE = format('%s %s', problem ->> 'field', problem ->> 'rule'),
    DETAIL = problem;
END
$$
