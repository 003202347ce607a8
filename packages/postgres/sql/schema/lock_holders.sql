-- The sessions that hold an advisory lock, with their applications and roles, for an error message; NULL if there is none.
--   is_pair   whether the key consists of two 32-bit numbers, the first of which is its upper half
CREATE FUNCTION refold.lock_holders(key bigint, is_pair boolean) RETURNS text LANGUAGE sql VOLATILE AS $$
SELECT string_agg(format('session %s (application "%s", user %s)', l.pid, s.application_name, s.usename), ', ')
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS s ON s.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objsubid = CASE WHEN is_pair THEN 2 ELSE 1 END AND l.granted
  AND l.classid::bigint << 32 | l.objid::bigint = key
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
$$
