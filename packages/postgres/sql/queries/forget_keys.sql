-- Forgets a batch of keys, the oldest first, and says how many. A transaction of its own for each batch: a delete that
-- takes long would keep vacuum waiting. Appends never wait for it, for they lock no key that is there; others who forget
-- keys at the same time take the next ones.
WITH old AS (
  SELECT key FROM refold.idempotency_keys
  WHERE NOT never_expires AND created_at < :before::timestamptz
  ORDER BY created_at
  LIMIT :most::bigint
  FOR UPDATE SKIP LOCKED
), forgotten AS (
  DELETE FROM refold.idempotency_keys k USING old WHERE k.key = old.key
  RETURNING 1
)
SELECT count(*) AS keys FROM forgotten
