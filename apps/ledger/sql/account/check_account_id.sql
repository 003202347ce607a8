-- Refuses an id that cannot name an account: account-id must be a valid stream name.
CREATE FUNCTION ledger.check_account_id(agg text, field text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.refuse_input(refold.problem(field, CASE
    WHEN coalesce(agg, '') = '' THEN 'must be a text that is not empty'
    ELSE refold.stream_problem('account-' || agg)
  END));
END
$$
