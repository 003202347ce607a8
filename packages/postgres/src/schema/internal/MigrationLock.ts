/**
 * The lock of a schema's migrations: a wait with a limit, and an error that names the holder of the lock. Functions are
 * qualified, because another role may have created a better-matching overload in a schema of the search_path.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as TimeLimits from "./TimeLimits.ts"

/**
 * Waits until no other transaction migrates the schema, at most for `limit`. A transaction lock, because session locks do not
 * work behind poolers. One statement, so that the error that names the holder also reaches the caller inside a transaction.
 */
export const take = (schema: string, limit: Duration.Duration) => {
  const wait = TimeLimits.lockTimeout({ queryTimeout: limit })
  return Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(`DO $lock$
DECLARE
  key CONSTANT bigint := pg_catalog.hashtextextended('refold migrations of ${schema}', 0);
  before CONSTANT text := pg_catalog.current_setting('lock_timeout');
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '${wait}', true);
  PERFORM pg_catalog.pg_advisory_xact_lock(key);
  PERFORM pg_catalog.set_config('lock_timeout', before, true);
EXCEPTION WHEN lock_not_available THEN
  RAISE EXCEPTION 'the schema "${schema}" has been locked for migrations for ${
      Duration.format(Duration.millis(wait))
    } by %',
    coalesce((${holders("key")}), 'a session that has ended')
    USING ERRCODE = 'lock_not_available', HINT = 'Wait for it, or end it by pg_terminate_backend.';
END $lock$`))
}

// The query of refold.lock_holders, which does not exist before the first migration.
const holders = (key: string): string => `
  SELECT pg_catalog.string_agg(pg_catalog.format('session %s (application "%s", user %s)', l.pid, s.application_name, s.usename), ', ')
  FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS s ON s.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
    AND l.classid::bigint << 32 | l.objid::bigint = ${key}
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`
