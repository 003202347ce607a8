/**
 * The only module that uses the driver `@effect/sql-pg`, whose API may change in minor versions, except for its layer and
 * `Listener`, which connects by itself.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import * as SqlFile from "./SqlFile.ts"
import * as TimeLimits from "./TimeLimits.ts"

/** One store's schema on one client. */
export interface Database {
  /** The client. Its statements run in the caller's transaction if there is one. */
  readonly sql: SqlClient.SqlClient
  /** The name of the store's schema, checked by `SqlFile.schemaProblem`. */
  readonly schema: string
  readonly limits: TimeLimits.TimeLimits
  /** The qualified name of an object in the store's schema, for use inside a statement. */
  readonly object: (name: string) => Statement.Fragment
  /** The qualified name of the table of a generation's rows. */
  readonly rows: (generation: number) => Statement.Fragment
  /**
   * A transaction, or a savepoint in the caller's. At READ COMMITTED, regardless of the session's default and of how the caller
   * begins its own transactions; `begin` replaces the statement that begins the transaction.
   */
  readonly transaction: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    begin?: string
  ) => Effect.Effect<A, E | SqlError.SqlError, R>
  /** Runs one statement: in the caller's transaction if there is one, otherwise at READ COMMITTED. See `Isolation`. */
  readonly statement: <A>(statement: Effect.Effect<A, SqlError.SqlError>) => Effect.Effect<A, SqlError.SqlError>
  /** Whether the caller has a transaction open. */
  readonly inTransaction: Effect.Effect<boolean>
  /** Runs an effect once the caller's transaction has committed; at once if there is none. Keep it short. */
  readonly afterCommit: (effect: Effect.Effect<void>) => Effect.Effect<void>
  /** Runs an effect outside of the caller's transaction, if there is one. */
  readonly outsideTransaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** The database of a schema, on the client in scope. */
export const make = (
  schema: string,
  limits: TimeLimits.TimeLimits = TimeLimits.defaults
): Effect.Effect<Database, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => ({
    sql,
    schema,
    limits,
    // As a literal rather than an identifier: a client may be configured to rename identifiers.
    object: (name) => sql.literal(`"${schema}".${name}`),
    rows: (generation) => sql.literal(`"${SqlFile.rowsSchema(schema)}".rows_${generation}`),
    // If the connection is lost, the driver's ROLLBACK fails, too, and the driver turns that into a defect.
    transaction: (effect, begin = beginReadCommitted) =>
      Effect.catchDefect(
        Effect.provideService(sql.withTransaction(effect), SqlClient.BeginTransaction, begin),
        (defect) => SqlError.isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)
      ),
    statement: (statement) => statement,
    inTransaction: Effect.map(Effect.serviceOption(sql.transactionService), Option.isSome),
    afterCommit: (effect) => sql.afterCommit(effect),
    outsideTransaction: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      // The transaction is in no type: without it the context still has all services that the effect needs.
      Effect.updateContext(
        effect,
        (context: Context.Context<R>) => Context.omit(sql.transactionService)(context) as Context.Context<NoInfer<R>>
      )
  }))

const beginReadCommitted = "BEGIN ISOLATION LEVEL READ COMMITTED"

/** The connection was lost or refused, or the server shut down, is starting, or has too many clients. */
export const isDisconnect = (error: SqlError.SqlError): boolean =>
  (error.reason._tag === "ConnectionError" || codeOf(error).startsWith("57P") ||
    codeOf(error) === tooManyConnections) &&
  !isUnreadable(error)

/**
 * The driver could not read the answer, for example a row larger than its `maxMessageSize`. It also closes the connection, but
 * a retry on another one gets the same answer.
 */
export const isUnreadable = (error: SqlError.SqlError): boolean =>
  error.reason.cause instanceof Error && error.reason.cause.name === "PgProtocolParseError"

/** The connection was refused: nothing was sent. */
export const isRefusedConnect = (error: SqlError.SqlError): boolean =>
  isDisconnect(error) && error.reason.operation === "connect"

/** The server cancelled a statement that may succeed when repeated; nothing of it is stored. */
export const isTransient = (error: SqlError.SqlError): boolean =>
  ["DeadlockError", "SerializationError", "LockTimeoutError"].includes(error.reason._tag)

/**
 * A conflict with rows that this transaction could not see when it checked: only an index found it. Happens
 * only at REPEATABLE READ and SERIALIZABLE.
 */
export const isUnseenConflict = ({ reason }: SqlError.SqlError): boolean =>
  reason._tag === "UniqueViolation" && conflictConstraints.includes(reason.constraint)

const conflictConstraints = ["event_store_stream_version", "event_store_event_id", "idempotency_keys_pkey"]

/** The statement cannot be answered under the isolation of its transaction. */
export const isRefusedIsolation = (error: SqlError.SqlError): boolean => codeOf(error) === "0A000"

/** The statement names a table that does not exist (any more). */
export const isMissingTable = (error: SqlError.SqlError): boolean => codeOf(error) === "42P01"

/** This instance of the log is not the one that gave the head; see `require_instance.sql`. */
export const isOtherInstance = (error: SqlError.SqlError): boolean => codeOf(error) === "RF010"

/** The store is in the middle of an import; see `incomplete_store.sql`. */
export const isIncomplete = (error: SqlError.SqlError): boolean => codeOf(error) === "RF011"

/** The server's own message and hint, which the driver's message omits. */
export const explain = (error: SqlError.SqlError): Error => {
  const { cause } = error.reason
  const message = cause instanceof Error ? cause.message : error.message
  const hint = message.includes("maxMessageSize") ? "raise maxMessageSize of the client" : detailOf(error, "hint")
  return new Error(hint === "" ? message : `${message} (${hint})`, { cause: error })
}

const tooManyConnections = "53300"

const codeOf = (error: SqlError.SqlError): string => detailOf(error, "code")

const detailOf = ({ reason: { cause } }: SqlError.SqlError, name: "code" | "hint"): string => {
  const details: { readonly code?: unknown; readonly hint?: unknown } = Object(cause)
  const detail = details[name]
  return typeof detail === "string" ? detail : ""
}
