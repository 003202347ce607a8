-- Refuses a command for an account: SQLSTATE ML001, a sentence that names the account, and the refusal as TypeScript
-- has it in the DETAIL. Where the account is one of several in a transfer the DETAIL is {"_tag": "PartRefused",
-- "stream", "refusal"}. An exception rather than a row: a caller who does not look at the answer must not take a
-- refusal for a success.
CREATE FUNCTION ledger.refuse(agg text, refusal jsonb, is_part boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'ML001',
    MESSAGE = format('account "%s" refuses: %s', agg, ledger.refusal_sentence(refusal)),
    DETAIL = CASE WHEN is_part THEN jsonb_build_object(
      '_tag', 'PartRefused', 'stream', 'account-' || agg, 'refusal', refusal
    ) ELSE refusal END;
END
$$
