-- Refuses a command whose expected version is not that of the account: RF001, with the store's message.
CREATE FUNCTION ledger.refuse_version(agg text, expected bigint, actual bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.refuse_input(refold.problem('p_expected', refold.expected_problem(expected)));
  IF expected = -2 AND actual = 0 OR expected >= 0 AND expected <> actual THEN
    PERFORM refold.refuse_commit(
      ROW('version_conflict', 'account-' || agg, NULL, actual, NULL, NULL, NULL)::refold.append_answer, expected, NULL
    );
  END IF;
END
$$
