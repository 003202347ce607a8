/** The lock on a legacy table that blocks writers and not readers, and the error when it times out. */
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import type { SourceTable } from "./SourceTable.ts"
import { failed, failedBecause } from "./StoreFailure.ts"

/** Transactions that write to the legacy table did not end in time. */
export class LockTimedOut extends TaggedError("LockTimedOut")<{ readonly timeout: Duration.Duration }> {}

/** Locks the table against writers until the transaction ends. A timeout is not retried: new writers wait behind the lock. */
export const lock = Effect.fnUntraced(function*(
  { database: { sql }, operation, parts: { table } }: SourceTable,
  lockTimeout: Duration.Input = "10 seconds"
): Effect.fn.Return<void, LockTimedOut | EventStoreError | SqlError.SqlError> {
  const timeout = Duration.fromInputUnsafe(lockTimeout)
  // 0 would mean no limit.
  yield* Settings.limitWait(sql, Math.max(1, Math.ceil(Duration.toMillis(timeout))))
  yield* Effect.mapError(
    sql`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`.unprepared,
    (error) => error.reason._tag === "LockTimeoutError" ? new LockTimedOut({ timeout }) : failed(operation, error)
  )
})

/** The failure of a lock that timed out. Runs after the transaction: a failed one runs no more queries. */
export const explain = Effect.fnUntraced(function*(
  source: SourceTable,
  { timeout }: LockTimedOut
): Effect.fn.Return<never, EventStoreError> {
  const writers = yield* Session.reported(source, findWriters(source))
  const pids = writers.length === 0 ? "" : ` (backends ${writers.map(({ pid }) => pid).join(", ")})`
  const message =
    `timed out after ${Duration.format(timeout)} waiting for transactions that write to ${source.relation}` +
    `${pids}: end them, or raise lockTimeout`
  return yield* failedBecause(source.operation, new Error(message))
})

// The backends with a lock that writers take, on the table or a partition. Some may have ended since the timeout.
const findWriters = ({ database: { sql }, relation }: SourceTable) =>
  sql<{ readonly pid: number }>`
    SELECT DISTINCT l.pid
    FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
      AND (
        l.relation = to_regclass(${relation}::text)
        OR l.relation IN (SELECT p.relid FROM pg_partition_tree(to_regclass(${relation}::text)) AS p)
      )
    ORDER BY l.pid`.unprepared
