-- Refuses a command for an account: SQLSTATE ML001, a message that names the account, and in the DETAIL the refusal as
-- in TypeScript. For an account of a transfer the DETAIL is {"_tag": "PartRefused", "stream", "refusal"}. An exception
-- rather than a row: a caller that ignores the answer must not take a refusal for a success.
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
