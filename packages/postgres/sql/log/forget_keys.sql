-- Deletes idempotency keys that may expire and were first used before an instant, the oldest first; returns their number.
--   most   the maximum number of keys to delete
-- Appends never wait for it, because they lock no key that exists. Concurrent calls skip each other's keys. Runs as its owner,
-- so that a role that deletes old keys needs no right on the table: DELETE would allow it to delete the keys of processes, which
-- never expire, and UPDATE, which SKIP LOCKED needs, would allow it to assign a key to another commit.
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
