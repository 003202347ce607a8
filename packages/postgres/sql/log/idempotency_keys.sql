-- What a repeated commit is answered with instead of being stored again. A table of its own rather than a column of
-- event_store: a key belongs to a commit, which may hold many events, and keys may expire while events never do.
CREATE TABLE refold.idempotency_keys (
  -- Those of the commands that processes send begin with "refold:", which no client may use.
  key text PRIMARY KEY CHECK (refold.name_problem(key) IS NULL),
  -- The SHA-256 fingerprint of the commit (see commit_fingerprint).
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  -- The first answer: rows of append_answer. jsonb rather than an array of that type, which could then never change.
  answer jsonb NOT NULL,
  -- For expiry by age.
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Keys of processes never expire. A flag and an age rather than a date of expiry for each key: when the policy
  -- changes, the new one applies to all of them.
  never_expires boolean NOT NULL DEFAULT false
)
