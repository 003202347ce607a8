-- What each version of each event type holds, the oldest first: for each field its name, its kind (see read_field) and
-- whether it may be missing. The twin of AccountEvent.ts, and as little to be changed: events are stored in these
-- shapes for ever, so a change is one more version, with its step in upcast. A constant rather than a table: it is
-- code, and planned as such.
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
