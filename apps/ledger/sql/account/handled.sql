-- What became of a command.
CREATE TYPE ledger.handled AS (
  stream text,
  -- Of the account after the command, as are position, recorded_at and state.
  version bigint,
  "position" bigint,
  recorded_at timestamptz,
  state jsonb,
  -- What the command led to, as account_event reads it; an empty array where there was nothing to do.
  events jsonb,
  -- Whether an earlier copy of the command, under the same idempotency key, had done it already.
  deduplicated boolean
)
