-- The first answer to an idempotency key, or its conflict; no rows for a new key.
SELECT * FROM refold.known_answer($1::text, sha256(convert_to($2::text, 'UTF8')))
