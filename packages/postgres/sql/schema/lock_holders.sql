-- The sessions that hold an advisory lock, with their applications and roles, for an error message; NULL if there is none.
CREATE FUNCTION refold.lock_holders(key bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
SELECT string_agg(format('session %s (application "%s", user %s)', l.pid, s.application_name, s.usename), ', ')
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS s ON s.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.classid::bigint << 32 | l.objid::bigint = key
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
$$
