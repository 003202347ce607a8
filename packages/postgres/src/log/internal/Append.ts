/**
 * Appending: through the queue, or by one statement in the caller's transaction if there is one. An append whose answer was
 * lost with the connection is looked up by its event ids.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import { type AppendError, IdempotencyConflict, isFinal } from "@refold/core/journal/AppendError"
import * as Commit from "@refold/core/journal/Commit"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import * as RetryBudget from "@refold/store/internal/log/RetryBudget"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import type { InlineRow } from "@refold/store/log/EventStore"
import { EventStoreError, OutcomeUnknown } from "@refold/store/log/EventStoreError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import * as Database from "../../schema/internal/Database.ts"
import * as Query from "../../schema/internal/Query.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import * as AppendAnswer from "./AppendAnswer.ts"
import * as AppendBatch from "./AppendBatch.ts"
import type * as AppendQueue from "./AppendQueue.ts"
import * as AppendStatements from "./AppendStatements.ts"
import * as EncodedCommit from "./EncodedCommit.ts"

type Failure = AppendError | EventStoreError | OutcomeUnknown

/** Adds the writing of inline rows to the statement that appends. The room of projections provides it. */
export type WithInlineRows = <Row extends object>(
  append: Statement.Fragment,
  rows: ReadonlyArray<InlineRow>
) => Statement.Statement<Row>

/** What may be appended, how inline rows are stored, and the queue. */
export interface Options {
  readonly limits: SizeLimits
  readonly withInlineRows: WithInlineRows
  readonly queue: AppendQueue.AppendQueue
}

/** Stores a commit, and rows of inline projections with it. */
export const append = Effect.fnUntraced(function*(
  database: Database.Database,
  options: Options,
  commit: Commit.Commit,
  inline: ReadonlyArray<InlineRow> = []
): Effect.fn.Return<Commit.Appended, Failure> {
  const checked = yield* Effect.fromResult(Commit.check(commit, options.limits))
  const encoded = EncodedCommit.encode(checked)
  const statement = (locks: AppendStatements.LockOptions): Query.Rows<AppendAnswer.AnswerRow> => {
    const events = AppendStatements.appendEvents(database, encoded, locks)
    return inline.length === 0 ? events : options.withInlineRows<AppendAnswer.AnswerRow>(events, inline)
  }
  if (yield* database.inTransaction) {
    // Guards take their locks alone, because the transaction may also write to the same streams.
    const wait = TimeLimits.lockTimeout(database.limits)
    const rows = TimeLimits.withinTimeout(database.limits, statement({ wait, shareGuards: false }))
    // Whether it is committed is decided by the caller's transaction.
    return yield* Effect.catchTag(
      answered(checked, database.statement(rows)),
      "SqlError",
      (error) => failed(database, error)
    )
  }
  return yield* options.queue.use(
    { commit: encoded, isBatchable: inline.length === 0 && AppendBatch.fits(encoded), statement },
    (send) => sendUntilKnown(database, checked, answered(checked, send))
  )
})

type Send = Effect.Effect<Commit.Appended, AppendError | EventStoreError | SqlError.SqlError>

const answered = <E>(
  commit: Commit.Commit,
  rows: Effect.Effect<ReadonlyArray<AppendAnswer.AnswerRow>, E>
): Effect.Effect<Commit.Appended, AppendError | EventStoreError | E> =>
  Effect.flatMap(rows, (rows) =>
    Effect.fromResult(
      Arr.isReadonlyArrayNonEmpty(rows)
        ? AppendAnswer.answer(commit, rows)
        // Only a key whose stored answer is empty gives none.
        : AppendAnswer.stored(operation, rows, commit.idempotency?.key ?? "")
    ))

/** The first answer to an idempotency key, None for a new one. Without a fingerprint, that of whichever commit has the key. */
export const findAppended = Effect.fnUntraced(function*(
  database: Database.Database,
  idempotency: Commit.KeyLookUp
): Effect.fn.Return<Option.Option<Commit.Appended>, IdempotencyConflict | InvalidInput | EventStoreError> {
  const { fingerprint, key } = yield* Effect.fromResult(Commit.checkIdempotency(idempotency))
  const given = fingerprint === undefined ? null : Fingerprint.ofGiven(fingerprint)
  const { object, sql } = database
  const statement = sql<AppendAnswer.AnswerRow>`
    SELECT * FROM ${object("stored_answer")}(${key}::text, sha256(convert_to(${given}::text, 'UTF8')))`
  const rows = yield* Query.query(database, "find appended", statement)
  if (!Arr.isReadonlyArrayNonEmpty(rows)) return Option.none()
  if (rows[0].outcome === "idempotency_conflict") return yield* new IdempotencyConflict({ key })
  return Option.some(yield* Effect.fromResult(AppendAnswer.stored("find appended", rows, key)))
})

// How often an append whose connection was lost is sent, if it was not stored: more often than a pool has connections,
// which may all be dead. Sending it twice is safe: its event ids, or its key, admit only one of the copies.
const maxSends = 20

const sendUntilKnown = (
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
  // One for all copies and look-ups.
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

// A table of rows that is missing was dropped since it was looked up: the next time it is not found.
// Another writer that was not seen is seen by the next statement, and a stricter isolation is noticed by then.
const isRetryable = (error: SqlError.SqlError): boolean =>
  Database.isTransient(error) || Database.isRefusedConnect(error) || Database.isMissingTable(error) ||
  Database.isUnseenConflict(error) || Database.isRefusedIsolation(error)

/** Where the events of a lost append are stored, None if they are not. Waits for its transaction to end. */
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
  // Guards have stored nothing.
  const writes = commit.writes.filter((write) => !Commit.isGuard(write))
  const inOrder = writes.flatMap(({ events, stream }) =>
    rows.filter((row) => row.stream === stream && Number(row.events) === events.length)
  )
  return Arr.isReadonlyArrayNonEmpty(inOrder) && inOrder.length === writes.length
    ? Option.some(AppendAnswer.appended(inOrder, false))
    : Option.none()
}

const failed = (database: Database.Database, error: SqlError.SqlError): Effect.Effect<never, EventStoreError> =>
  Effect.fail(
    Database.isUnseenConflict(error)
      ? new EventStoreError({ operation, cause: new Error(unseenConflict, { cause: error }) })
      : Query.failed(database, operation, error)
  )

const operation = "append"

// In the caller's transaction only: the store's own are READ COMMITTED. The words of the SQL API.
const unseenConflict = "another transaction appended first, and this transaction cannot see it " +
  "(Retry the transaction, or begin it at READ COMMITTED.)"

const unknown = (commit: Commit.Commit, cause: Error): Effect.Effect<never, OutcomeUnknown> =>
  Effect.fail(
    new OutcomeUnknown({
      eventIds: commit.writes.flatMap(({ events }) => events.map(({ id }) => id)),
      cause
    })
  )
