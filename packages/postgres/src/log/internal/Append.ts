/**
 * Appending: through the queue, or by one statement in the caller's transaction if there is one.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import { type AppendError, IdempotencyConflict } from "@refold/core/journal/AppendError"
import * as Commit from "@refold/core/journal/Commit"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import type { InlineRow } from "@refold/store/log/EventStore"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Statement from "effect/sql/Statement"
import type * as Database from "../../schema/internal/Database.ts"
import * as Query from "../../schema/internal/Query.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import * as AppendAnswer from "./AppendAnswer.ts"
import * as AppendBatch from "./AppendBatch.ts"
import type * as AppendQueue from "./AppendQueue.ts"
import * as AppendStatements from "./AppendStatements.ts"
import * as EncodedCommit from "./EncodedCommit.ts"
import * as SendAppend from "./SendAppend.ts"

/** Adds the writing of inline rows to the statement that appends. `project/` provides it. */
export type WithInlineRows = <Row extends object>(
  append: Statement.Fragment,
  rows: ReadonlyArray<InlineRow>
) => Statement.Statement<Row>

/** The limits of an append, how inline rows are stored, and the queue. */
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
): Effect.fn.Return<Commit.Appended, SendAppend.Failure> {
  const checked = yield* Effect.fromResult(Commit.check(commit, options.limits))
  const encoded = EncodedCommit.encode(checked)
  const statement = (locks: AppendStatements.LockOptions): Query.Rows<AppendAnswer.AnswerRow> => {
    const events = AppendStatements.appendEvents(database, encoded, locks)
    return inline.length === 0 ? events : options.withInlineRows<AppendAnswer.AnswerRow>(events, inline)
  }
  if (yield* database.inTransaction) {
    // Guards take exclusive locks, because the transaction may also write to the same streams.
    const wait = TimeLimits.lockTimeout(database.limits)
    const rows = TimeLimits.withinTimeout(database.limits, statement({ wait, shareGuards: false }))
    // No retry: the caller's transaction decides whether it is committed.
    return yield* Effect.catchTag(
      answered(checked, database.statement(rows)),
      "SqlError",
      (error) => SendAppend.failed(database, error)
    )
  }
  return yield* options.queue.use(
    { commit: encoded, isBatchable: inline.length === 0 && AppendBatch.fits(encoded), statement },
    (send) => SendAppend.sendUntilKnown(database, checked, answered(checked, send))
  )
})

const answered = <E>(
  commit: Commit.Commit,
  rows: Effect.Effect<ReadonlyArray<AppendAnswer.AnswerRow>, E>
): Effect.Effect<Commit.Appended, AppendError | EventStoreError | E> =>
  Effect.flatMap(rows, (rows) =>
    Effect.fromResult(
      Arr.isReadonlyArrayNonEmpty(rows)
        ? AppendAnswer.answer(commit, rows)
        // Only a key whose stored answer is empty yields no rows.
        : AppendAnswer.stored(SendAppend.operation, rows, commit.idempotency?.key ?? "")
    ))

/** The first answer to an idempotency key; None for a new key. Without a fingerprint, the answer to any commit with the key. */
export const findAppended = Effect.fnUntraced(function*(
  database: Database.Database,
  idempotency: Commit.KeyLookUp
): Effect.fn.Return<Option.Option<Commit.Appended>, IdempotencyConflict | InvalidInput | EventStoreError> {
  const { fingerprint, key } = yield* Effect.fromResult(Commit.checkIdempotency(idempotency))
  const given = fingerprint === undefined ? null : Fingerprint.ofGiven(fingerprint)
  const { object, sql } = database
  // The condition holds for every complete store. During an import, when a missing key may still be imported, it fails as each
  // read of the log does.
  const statement = sql<AppendAnswer.AnswerRow>`
    SELECT answer.* FROM ${object("stored_answer")}(${key}::text, sha256(convert_to(${given}::text, 'UTF8'))) AS answer
    WHERE NOT EXISTS (SELECT FROM ${object("event_store")} WHERE "position" = 0)`
  const rows = yield* Query.query(database, "find appended", statement)
  if (!Arr.isReadonlyArrayNonEmpty(rows)) return Option.none()
  if (rows[0].outcome === "idempotency_conflict") return yield* new IdempotencyConflict({ key })
  return Option.some(yield* Effect.fromResult(AppendAnswer.stored("find appended", rows, key)))
})
