-- Refuses an argument with a problem, as the store does (see refuse_input there): SQLSTATE 22023, which field broke
-- which rule, and the same as JSON in the DETAIL. Does nothing where there is no problem.
CREATE FUNCTION ledger.refuse_input(problem jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
END
$$
