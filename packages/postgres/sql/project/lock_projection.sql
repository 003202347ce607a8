-- Lets one transaction at a time begin a generation of a projection; each sees the result of the one before.
--   max_wait   the maximum wait, in milliseconds; 0 = no limit. The error names the session that holds the lock.
-- Runs as its owner, so that a database can deny advisory locks to all other roles.
CREATE FUNCTION refold.lock_projection(projection text, max_wait int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  key CONSTANT bigint := hashtextextended(projection, 'refold.projection_generations'::regclass::oid::bigint);
  before CONSTANT text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', max_wait::text, true);
  PERFORM pg_advisory_xact_lock(key);
  PERFORM set_config('lock_timeout', before, true);
EXCEPTION WHEN lock_not_available THEN
  RAISE EXCEPTION 'projection "%" has been locked for % ms by %', projection, max_wait,
    coalesce(refold.lock_holders(key, false), 'a session that has ended')
    USING ERRCODE = 'lock_not_available', HINT = 'Wait for it, or end it by pg_terminate_backend.';
END
$$
