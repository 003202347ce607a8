-- A Deposit or Withdraw command from arguments; NULL arguments are left out.
CREATE FUNCTION ledger.movement_of(
  tag text, amount numeric, channel text, currency text, purpose text, counterparty text
) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT jsonb_build_object('_tag', tag, 'amount', amount, 'channel', channel) || jsonb_strip_nulls(
  jsonb_build_object('currency', currency, 'purpose', purpose, 'counterparty', counterparty)
)
$$
