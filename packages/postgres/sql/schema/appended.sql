-- Where a write has gone: its events are the versions first_version to version of the stream. What the functions for
-- people answer with; append_answer, which can also be a refusal, is for programs.
CREATE TYPE refold.appended AS (
  stream text,
  first_version bigint,
  version bigint,
  -- Of the last of its events, in the order of the whole store.
  "position" bigint,
  -- By the database's clock.
  recorded_at timestamptz,
  -- Whether an earlier commit under the same idempotency key had stored it already.
  deduplicated boolean
)
