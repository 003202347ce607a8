-- The keys that may expire, the oldest first: deleting them reads no key that never expires.
CREATE INDEX idempotency_keys_expirable ON refold.idempotency_keys (created_at) WHERE NOT never_expires
