-- The processes that hold a lock on the legacy table, or a partition of it, under which one writes. Asked for after one has
-- waited in vain, so some may have ended meanwhile.
SELECT DISTINCT l.pid
FROM pg_locks l
WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
  AND (
    l.relation = to_regclass(:relation::text)
    OR l.relation IN (SELECT p.relid FROM pg_partition_tree(to_regclass(:relation::text)) AS p)
  )
ORDER BY l.pid
