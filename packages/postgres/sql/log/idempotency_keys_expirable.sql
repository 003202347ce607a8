-- The keys that may expire, the oldest first: deleting them reads no others, however many never expire.
CREATE INDEX idempotency_keys_expirable ON refold.idempotency_keys (created_at) WHERE NOT never_expires
