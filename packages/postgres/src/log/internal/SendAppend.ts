/**
 * Recovers appends whose answer was lost with the connection: looks each up by its event ids, and sends it again if it
 * is not stored.
 */
import type { AppendError } from "@refold/core/journal/AppendError"
import { isFinal } from "@refold/core/journal/AppendError"
import * as Commit from "@refold/core/journal/Commit"
import * as RetryBudget from "@refold/store/internal/log/RetryBudget"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import { EventStoreError, OutcomeUnknown } from "@refold/store/log/EventStoreError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../../schema/internal/Database.ts"
import * as Query from "../../schema/internal/Query.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import * as AppendAnswer from "./AppendAnswer.ts"

/** The errors of an append. */
export type Failure = AppendError | EventStoreError | OutcomeUnknown

/** Sends an append once. */
export type Send = Effect.Effect<Commit.Appended, AppendError | EventStoreError | SqlError.SqlError>

// The maximum number of times that an append is sent if its connection is lost and it is not stored: more than a pool has
// connections, which may all be broken. Sending it twice is safe: its event ids or its key prevent a second copy.
const maxSends = 20

/** Sends an append until it is known whether it is stored, or the retry time has passed. */
export const sendUntilKnown = (
  database: Database.Database,
  commit: Commit.Commit,
  send: Send
): Effect.Effect<Commit.Appended, Failure> =>
  Effect.catch(send, (error) => error._tag === "SqlError" ? recover(database, commit, send, error) : Effect.fail(error))

// The first attempt has failed with `first`.
const recover = Effect.fnUntraced(function*(
  database: Database.Database,
  commit: Commit.Commit,
  again: Send,
  first: SqlError.SqlError
): Effect.fn.Return<Commit.Appended, Failure> {
  let attempts = 0
  const send: Send = Effect.suspend(() => attempts++ === 0 ? Effect.fail(first) : again)
  // One budget for all copies and look-ups.
  const budget = RetryBudget.make(database.limits.retryAppendsFor)
  for (let sends = 1;; sends++) {
    const sent = yield* Effect.result(retryWhileNothingIsStored(send, budget))
    if (sent._tag === "Success") return sent.success
    const error = sent.failure
    const isLost = error._tag === "SqlError" && isAnswerLost(error)
    if (!isLost && sends === 1) return yield* error._tag === "SqlError" ? failed(database, error) : Effect.fail(error)
    // A copy may be refused because the first one arrived after all.
    const stored = yield* lookUp(database, commit, budget)
    if (Option.isSome(stored)) return stored.value
    if (isLost && sends < maxSends && (yield* budget.isLeft)) continue
    // An earlier copy may still arrive, and be stored unless the refusal is final.
    return yield* error._tag === "SqlError"
      ? unknown(commit, Database.explain(error))
      : error._tag === "EventStoreError" || (error._tag === "VersionConflict" && !isFinal(error))
      ? unknown(commit, error)
      : Effect.fail(error)
  }
})

const isAnswerLost = (error: SqlError.SqlError): boolean =>
  Database.isUnreadable(error) || (Database.isDisconnect(error) && !Database.isRefusedConnect(error))

const retryWhileNothingIsStored = (send: Send, budget: RetryBudget.RetryBudget): Send =>
  Effect.retry(send, {
    while: (error) => error._tag === "SqlError" && isRetryable(error) ? budget.isLeft : Effect.succeed(false),
    schedule: RetryPolicies.reconnect
  })

// A missing table of rows was dropped after it was looked up: the next attempt does not use it. The next statement has a
// snapshot that includes a concurrent writer's events, and by then the store has adapted to a stricter isolation.
const isRetryable = (error: SqlError.SqlError): boolean =>
  Database.isTransient(error) || Database.isRefusedConnect(error) || Database.isMissingTable(error) ||
  Database.isUnseenConflict(error) || Database.isRefusedIsolation(error)

/** Where the events of a lost append are stored; None if they are not. Waits for its transaction to end. */
const lookUp = (
  database: Database.Database,
  commit: Commit.Commit,
  budget: RetryBudget.RetryBudget
): Effect.Effect<Option.Option<Commit.Appended>, OutcomeUnknown> => {
  const { object, sql } = database
  const find = sql<FoundRow>`
    SELECT * FROM ${object("find_stored_events")}(
      ${commit.writes.map(({ stream }) => stream)}::text[], ${[commit.idempotency?.key ?? ""]}::text[],
      ${commit.writes.flatMap(({ events }) => events.map(({ id }) => id))}::text[]::uuid[],
      ${sql.literal(String(TimeLimits.lockTimeout(database.limits)))}
    )`
  return Effect.retry(database.statement(TimeLimits.withinTimeout(database.limits, find)), {
    while: (error) => Database.isDisconnect(error) ? budget.isLeft : Effect.succeed(false),
    schedule: RetryPolicies.reconnect
  }).pipe(
    Effect.map((rows) => found(commit, rows)),
    Effect.catch((error) => unknown(commit, Database.explain(error)))
  )
}

type FoundRow = Omit<AppendAnswer.AnswerRow, "outcome" | "event_id"> & { readonly events: bigint }

const found = (commit: Commit.Commit, rows: ReadonlyArray<FoundRow>): Option.Option<Commit.Appended> => {
  // Guards store nothing.
  const writes = commit.writes.filter((write) => !Commit.isGuard(write))
  const inOrder = writes.flatMap(({ events, stream }) =>
    rows.filter((row) => row.stream === stream && Number(row.events) === events.length)
  )
  return Arr.isReadonlyArrayNonEmpty(inOrder) && inOrder.length === writes.length
    ? Option.some(AppendAnswer.appended(inOrder, false))
    : Option.none()
}

/** An append that failed and is not stored. */
export const failed = (database: Database.Database, error: SqlError.SqlError): Effect.Effect<never, EventStoreError> =>
  Effect.fail(
    Database.isUnseenConflict(error)
      ? new EventStoreError({ operation, cause: new Error(unseenConflict, { cause: error }) })
      : Query.failed(database, operation, error)
  )

/** The name of the operation in errors of appends. */
export const operation = "append"

// Only in the caller's transaction, because the store's own are READ COMMITTED. The words of the SQL API.
const unseenConflict = "another transaction appended first, and this transaction cannot see it " +
  "(Retry the transaction, or begin it at READ COMMITTED.)"

const unknown = (commit: Commit.Commit, cause: Error): Effect.Effect<never, OutcomeUnknown> =>
  Effect.fail(
    new OutcomeUnknown({
      eventIds: commit.writes.flatMap(({ events }) => events.map(({ id }) => id)),
      cause
    })
  )
