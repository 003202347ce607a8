-- Deletes idempotency keys that may expire and were first used before an instant, the oldest first, at most so many; returns
-- how many. Appends never wait for it, because they lock no key that exists; others that delete keys at the same time take the
-- next ones. Runs as its owner, so that a role that deletes old keys needs no right on the table: with DELETE it could delete
-- the keys of processes, which never expire, and SKIP LOCKED needs UPDATE, with which it could make a key stand for another commit.
CREATE FUNCTION refold.forget_keys(before timestamptz, most int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
WITH old AS (
  SELECT k.key FROM refold.idempotency_keys AS k
  WHERE NOT k.never_expires AND k.created_at < before
  ORDER BY k.created_at
  LIMIT most
  FOR UPDATE SKIP LOCKED
), forgotten AS (
  DELETE FROM refold.idempotency_keys AS k USING old WHERE k.key = old.key
  RETURNING 1
)
SELECT count(*) FROM forgotten
$$
