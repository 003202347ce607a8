-- The last event that is stored, and who holds positions (see hold_positions): a row for each, the longest first, or
-- one row without any.
-- Asked after read_head and not in one statement with it: then the events of whoever is named here come after that head,
-- and the last event is not before it.
-- Of other roles' sessions, a role without pg_read_all_stats does not see the start: they began some time before now.
-- A prepared transaction has no session. It is found by the lock on its own id: its virtual id names it only after the
-- server was started again. It holds positions since it was prepared, at the latest.
SELECT last."position" AS last, holder.*
FROM (
  SELECT coalesce((SELECT "position" FROM refold.event_store ORDER BY "position" DESC LIMIT 1), 0) AS "position"
) AS last
LEFT JOIN (
  SELECT lock.pid, prepared.gid, session.application_name AS application,
    coalesce(session.usename, prepared.owner)::text AS role,
    coalesce(session.xact_start, prepared.prepared, clock_timestamp()) AS since
  FROM pg_catalog.pg_locks AS lock
  LEFT JOIN pg_catalog.pg_stat_activity AS session ON session.pid = lock.pid
  LEFT JOIN pg_catalog.pg_prepared_xacts AS prepared ON lock.pid IS NULL AND EXISTS (
    SELECT FROM pg_catalog.pg_locks AS own
    WHERE own.virtualtransaction = lock.virtualtransaction AND own.transactionid = prepared.transaction
  )
  WHERE lock.locktype = 'advisory' AND lock.objsubid = 2 AND lock.granted
    AND lock.classid = 'refold.event_position'::regclass::oid
    AND lock.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
) AS holder ON true
ORDER BY holder.since, holder.pid
