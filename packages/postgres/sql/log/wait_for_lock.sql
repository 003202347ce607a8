-- Waits for an advisory lock that another session holds; the error names that session. Callers try the lock first: this one
-- needs a subtransaction.
--   is_shared   whether to share it
--   is_pair     whether the key is that of two numbers of 32 bits, as those of positions are; these are shared
-- The limit is the lower one of lock_timeout and of the max_wait that append_events was given: it fails before the client gives
-- up, and then nothing is stored. The setting refold_store.max_wait carries it here, through callers that have no use for it.
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
