-- Keys of processes are kept for ever; those that are there already may expire. A flag and an age rather than a date of
-- expiry for each key: when the policy changes, it is the new one for all of them.
ALTER TABLE refold.idempotency_keys ADD COLUMN never_expires boolean NOT NULL DEFAULT false
