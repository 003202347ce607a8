-- The first answer to an idempotency key, or its conflict; no rows for a new key.
SELECT * FROM refold.known_answer(:key::text, sha256(convert_to(:fingerprint::text, 'UTF8')))
