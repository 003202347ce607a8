-- Moves money from one account to another, in minor units: CALL ledger.transfer('ada', 'bob', 10000). Both accounts
-- decide, and the money moves in one commit or not at all. Refuses as handle does; the DETAIL of ML001 names the
-- account that refused and its refusal.
--   p_currency   both accounts must be kept in it; by default, that of the paying account
-- The result holds the stored events of each account.
-- Within PL/pgSQL the result needs a variable: result => answer.
CREATE PROCEDURE ledger.transfer(
  p_from text, p_to text, p_amount numeric, p_currency text DEFAULT NULL, p_purpose text DEFAULT NULL,
  p_idempotency_key text DEFAULT NULL, p_correlation_id text DEFAULT NULL, p_actor text DEFAULT NULL,
  p_occurred_at timestamptz DEFAULT NULL, INOUT result jsonb DEFAULT NULL
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  result := (
    SELECT jsonb_build_object('streams', jsonb_agg(to_jsonb(t)))
    FROM ledger.handle_transfer(
      p_from, p_to, p_amount, p_currency, p_purpose, p_idempotency_key, p_correlation_id, p_actor, p_occurred_at
    ) AS t
  );
END
$$
