-- What a repeated commit gets instead of being stored again. A table of its own rather than a column of event_store: a
-- key belongs to a commit, which may hold many events, and keys may expire while events never do.
CREATE TABLE refold.idempotency_keys (
  key text PRIMARY KEY CHECK (char_length(key) BETWEEN 1 AND 255),
  -- SHA-256 of what "the same commit" means (see commit_fingerprint).
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  -- The first answer: rows of append_answer. jsonb rather than an array of that type, which could then never change.
  answer jsonb NOT NULL,
  -- For policies of expiry.
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
