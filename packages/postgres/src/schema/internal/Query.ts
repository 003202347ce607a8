/** Statements that may be sent again when the connection is lost, with the errors of the ports. */
import * as RetryBudget from "@refold/store/internal/log/RetryBudget"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import { EventStoreError, StoreIncomplete } from "@refold/store/log/EventStoreError"
import * as InstanceChanged from "@refold/store/log/InstanceChanged"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "./Database.ts"
import * as Denial from "./Denial.ts"
import * as TimeLimits from "./TimeLimits.ts"

/** A statement, as `database.sql` makes it; each run sends it again. */
export type Rows<Row> = Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>

/** One condition for a value, none for undefined: an option that is not set adds nothing to a plan. */
export const given = <A, B>(value: A | undefined, condition: (value: A) => B): ReadonlyArray<B> =>
  value === undefined ? [] : [condition(value)]

/**
 * The rows of a statement that is safe to repeat. In a transaction it is not repeated: the loss of the connection has
 * also rolled back the earlier statements of the transaction.
 */
export const query = <Row>(
  database: Database.Database,
  operation: string,
  statement: Rows<Row>
): Effect.Effect<ReadonlyArray<Row>, EventStoreError> =>
  Effect.mapError(send(database, statement), (error) => failed(database, operation, error))

/** Like `query`, for an attempt that sends the statement and limits its time by itself. */
export const repeat = <A>(
  database: Database.Database,
  operation: string,
  attempt: Effect.Effect<A, SqlError.SqlError>
): Effect.Effect<A, EventStoreError> =>
  Effect.mapError(retryWhileDisconnected(database, attempt), (error) => failed(database, operation, error))

/** Like `query`; None if a table that it needs was dropped. A transaction of the caller stays usable then. */
export const queryUnlessGone = Effect.fnUntraced(function*<Row>(
  database: Database.Database,
  operation: string,
  statement: Rows<Row>
): Effect.fn.Return<Option.Option<ReadonlyArray<Row>>, EventStoreError> {
  const sent = send(database, statement)
  // After a savepoint, to which an error rolls back.
  const apart = (yield* database.inTransaction) ? database.transaction(sent) : sent
  return yield* Effect.map(apart, Option.some).pipe(
    Effect.catch((error) =>
      Database.isMissingTable(error) ? Effect.succeedNone : Effect.fail(failed(database, operation, error))
    )
  )
})

/** A transaction, or a savepoint in the caller's. A failure of `effect` passes through unchanged. */
export const transaction = <A, E, R>(
  database: Database.Database,
  operation: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | EventStoreError, R> =>
  Effect.suspend(() => {
    // Kept separately: it may be an SqlError, too, and the driver turns a failed ROLLBACK into a defect.
    let own: Cause.Cause<E> | undefined
    const noted = Effect.tapCause(effect, (cause) => Effect.sync(() => void (own = cause)))
    return database.transaction(noted).pipe(
      // A failure that is not the effect's own is the transaction's.
      Effect.catchCause((cause) =>
        Effect.failCause<E | EventStoreError>(
          own ?? Cause.map(cause, (error) => failed(database, operation, error as SqlError.SqlError))
        )
      )
    )
  })

const send = <Row>(
  database: Database.Database,
  statement: Rows<Row>
): Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError> =>
  retryWhileDisconnected(database, database.statement(TimeLimits.withinTimeout(database.limits, statement)))

const retryWhileDisconnected = Effect.fnUntraced(function*<A>(
  database: Database.Database,
  attempt: Effect.Effect<A, SqlError.SqlError>
): Effect.fn.Return<A, SqlError.SqlError> {
  const budget = yield* RetryBudget.current(database.limits.retryReadsFor)
  // A schedule costs more than a statement that succeeds, so it is only made after a failure.
  const sent = yield* Effect.catch(attempt, (error) => retry(database, budget, attempt, error))
  yield* budget.succeeded
  return sent
})

// The first attempt has failed with `first`.
const retry = Effect.fnUntraced(function*<A>(
  database: Database.Database,
  budget: RetryBudget.RetryBudget,
  attempt: Effect.Effect<A, SqlError.SqlError>,
  first: SqlError.SqlError
): Effect.fn.Return<A, SqlError.SqlError> {
  const insideTransaction = yield* database.inTransaction
  let attempts = 0
  return yield* Effect.retry(Effect.suspend(() => attempts++ === 0 ? Effect.fail(first) : attempt), {
    while: (error) => !insideTransaction && Database.isDisconnect(error) ? budget.isLeft : Effect.succeed(false),
    schedule: RetryPolicies.reconnect
  })
})

/** The failure of an operation by an error of the driver. */
export const failed = (
  { schema }: Pick<Database.Database, "schema">,
  operation: string,
  error: SqlError.SqlError
): EventStoreError =>
  Database.isOtherInstance(error)
    ? InstanceChanged.failed(operation)
    : Database.isIncomplete(error)
    ? new EventStoreError({ operation, cause: new StoreIncomplete() })
    : Denial.isDenial(error)
    ? new EventStoreError({ operation, cause: Denial.explain(error, schema), isPermanent: true })
    : new EventStoreError({ operation, cause: Database.explain(error), isPermanent: Database.isUnreadable(error) })
