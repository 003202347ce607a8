-- What can be asked of an account, and what that must look like; see event_shapes for how it is written. The twin of
-- AccountCommand.ts. Whether it makes sense is for decide_account to say.
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
