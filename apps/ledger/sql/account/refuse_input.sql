-- Refuses an argument with a problem, as the store's refuse_input does: SQLSTATE 22023, the field and the rule in the
-- message and as JSON in the DETAIL. Does nothing where there is no problem.
CREATE FUNCTION ledger.refuse_input(problem jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF problem IS NOT NULL THEN
    PERFORM refold.refuse_input(problem);
  END IF;
END
$$
