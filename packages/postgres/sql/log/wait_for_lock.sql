-- Waits for an advisory lock that another session holds; the error names that session. Callers try the lock first, because
-- this function needs a subtransaction.
--   is_shared   whether to take it shared
--   is_pair     whether the key consists of two 32-bit numbers, as those of positions do; these are shared
-- The limit is the lower of lock_timeout and the max_wait that append_events was given: the call fails before the client's own
-- timeout, and nothing is stored. The setting refold_store.max_wait passes it through callers that do not use it.
CREATE FUNCTION refold.wait_for_lock(key bigint, is_shared boolean, is_pair boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  max_wait CONSTANT int := coalesce(least(
    nullif((SELECT s.setting::int FROM pg_catalog.pg_settings AS s WHERE s.name = 'lock_timeout'), 0),
    nullif(substring(current_setting('refold_store.max_wait', true) FROM '^[0-9]{1,9}$')::int, 0)
  ), 0);
BEGIN
  PERFORM set_config('lock_timeout', max_wait::text, true);
  IF is_pair THEN
    PERFORM pg_advisory_xact_lock_shared((key >> 32)::int4, key::bit(32)::int4);
  ELSIF is_shared THEN
    PERFORM pg_advisory_xact_lock_shared(key);
  ELSE
    PERFORM pg_advisory_xact_lock(key);
  END IF;
  PERFORM set_config('lock_timeout', before, true);
EXCEPTION WHEN lock_not_available THEN
  RAISE EXCEPTION 'a stream, key or position that this append needs has been locked for % ms by %', max_wait,
    coalesce(refold.lock_holders(key, is_pair), 'a session that has ended')
    USING ERRCODE = 'lock_not_available', HINT = 'Wait for it, or end it by pg_terminate_backend.';
END
$$
