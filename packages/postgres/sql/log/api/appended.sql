-- Where a write was stored: its events are the versions first_version to version of the stream. The functions of the
-- SQL API return it; append_answer, which can also be a refusal, is internal.
CREATE TYPE refold.appended AS (
  stream text,
  first_version bigint,
  version bigint,
  -- The position of its last event in the global order.
  "position" bigint,
  -- The time by the database's clock.
  recorded_at timestamptz,
  -- Whether an earlier commit under the same idempotency key had stored it already.
  deduplicated boolean
)
