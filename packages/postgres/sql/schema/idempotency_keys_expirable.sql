-- Those that may expire, the oldest first: forgetting reads no others, however many are kept for ever.
CREATE INDEX idempotency_keys_expirable ON refold.idempotency_keys (created_at) WHERE NOT never_expires
