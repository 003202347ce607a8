-- The answer to a command.
CREATE TYPE ledger.handled AS (
  stream text,
  -- Of the account after the command, as are position, recorded_at and state.
  version bigint,
  "position" bigint,
  recorded_at timestamptz,
  state jsonb,
  -- The decided events, as account_event reads them; an empty array where there was nothing to do.
  events jsonb,
  -- Whether the command was stored before, under the same idempotency key.
  deduplicated boolean
)
