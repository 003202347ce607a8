-- The shape of each version of each event type, oldest first: for each field its name, its kind (see read_field) and
-- whether it is optional. The twin of AccountEvent.ts. These shapes are the storage format: stored events keep them, so
-- a change is a new version with its step in upcast. A constant rather than a table: it is code, and inlined into
-- plans.
CREATE FUNCTION ledger.event_shapes() RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT '{
  "AccountOpened": [
    [["branch", "text"], ["statements", "statements"]],
    [["branch", "text"], ["statements", "statements"], ["currency", "currency"]]
  ],
  "MoneyDeposited": [
    [["amount", "amount"]],
    [["amount", "amount"], ["channel", "channel"],
      ["purpose", "text", "optional"], ["counterparty", "text", "optional"]],
    [["amount", "amount"], ["currency", "currency"], ["channel", "channel"],
      ["purpose", "text", "optional"], ["counterparty", "text", "optional"]]
  ],
  "MoneyWithdrawn": [
    [["amount", "amount"], ["channel", "channel"],
      ["purpose", "text", "optional"], ["counterparty", "text", "optional"]],
    [["amount", "amount"], ["currency", "currency"], ["channel", "channel"],
      ["purpose", "text", "optional"], ["counterparty", "text", "optional"]]
  ],
  "InterestCredited": [
    [["amount", "amount"]],
    [["amount", "amount"], ["currency", "currency"]]
  ],
  "FeeCharged": [
    [["amount", "amount"], ["reason", "fee reason"]],
    [["amount", "amount"], ["currency", "currency"], ["reason", "fee reason"]]
  ],
  "DepositReversed": [
    [["amount", "amount"], ["currency", "currency"], ["of", "number"], ["reason", "text"]]
  ],
  "OverdraftLimitChanged": [[["limit", "amount"]]],
  "AccountFrozen": [[["reason", "text"]]],
  "AccountUnfrozen": [[]],
  "AccountClosed": [[]]
}'::jsonb
$$
