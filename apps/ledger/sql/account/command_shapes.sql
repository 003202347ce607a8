-- The commands of an account and the shape of each; see event_shapes for the notation. The twin of AccountCommand.ts.
-- Business rules are in decide_account.
CREATE FUNCTION ledger.command_shapes() RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT '{
  "OpenAccount": [["branch", "text"], ["statements", "statements"], ["currency", "currency"]],
  "Deposit": [["amount", "amount"], ["channel", "channel"], ["currency", "currency", "optional"],
    ["purpose", "text", "optional"], ["counterparty", "text", "optional"]],
  "Withdraw": [["amount", "amount"], ["channel", "channel"], ["currency", "currency", "optional"],
    ["purpose", "text", "optional"], ["counterparty", "text", "optional"]],
  "ReverseDeposit": [["deposit", "place"], ["reason", "text"]],
  "SetOverdraftLimit": [["limit", "amount"]],
  "FreezeAccount": [["reason", "text"]],
  "UnfreezeAccount": [],
  "CloseAccount": []
}'::jsonb
$$
