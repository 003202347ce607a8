-- The answers to repeated commits, which are not stored again. A table of its own rather than a column of
-- event_store: a key belongs to a commit, which may hold many events, and keys may expire while events never do.
CREATE TABLE refold.idempotency_keys (
  -- Keys that begin with "refold:" are reserved for the commands that processes send.
  key text PRIMARY KEY CHECK (refold.name_problem(key) IS NULL),
  -- The SHA-256 fingerprint of the commit (see commit_fingerprint).
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  -- The first answer: rows of append_answer. jsonb rather than an array of that type, which could then never change.
  answer jsonb NOT NULL,
  -- When the key was first used, for expiry by age.
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Keys of processes never expire. A flag and an age rather than a date of expiry for each key: a change of the policy
  -- applies to existing keys, too.
  never_expires boolean NOT NULL DEFAULT false
)
