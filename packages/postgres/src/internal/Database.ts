/**
 * The narrow door to the driver, whose API may change in minor versions: SQL files in, rows out. Everything this
 * package asks of `@effect/sql-pg` beside its layer goes through here; only `Listener` connects by itself.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import * as SqlComments from "./SqlComments.ts"
import * as SqlFile from "./SqlFile.ts"

/** One store's SQL on one client. */
export interface Database {
  /** Runs the statement of `sql/<file>.sql` as it stands. */
  readonly execute: (file: string) => Effect.Effect<void, SqlError.SqlError>
  /** Says in the database what these files say about their objects. */
  readonly describe: (files: ReadonlyArray<string>) => Effect.Effect<void, SqlError.SqlError>
  /** The rows of the query in a file, in the caller's transaction if there is one. */
  readonly query: <Row extends object>(
    source: SqlFile.Source,
    parameters?: SqlFile.Parameters
  ) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  /** Whether the caller has a transaction open. */
  readonly inTransaction: Effect.Effect<boolean>
  /** Runs an effect once the caller's transaction has committed, and at once where there is none. Keep it short. */
  readonly afterCommit: (effect: Effect.Effect<void>) => Effect.Effect<void>
  /** Runs an effect outside of the caller's transaction, if there is one. */
  readonly outsideTransaction: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** The database of a schema, by the client in scope. */
export const make = (schema: string): Effect.Effect<Database, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => {
    const read = memoize((file) => SqlFile.read(file, schema))
    const prepare = memoize((fileAndNames) => {
      const [file, ...names] = fileAndNames.split(" ")
      return SqlFile.statement(read(file!), (name) => names.includes(name))
    })
    const prepareForGeneration = memoize((asked) => {
      const [source, given] = JSON.parse(asked) as [SqlFile.GenerationSource, ReadonlyArray<string>]
      return SqlFile.statement(SqlFile.read(source, schema), (name) => given.includes(name))
    }, maxGenerationStatements)
    return {
      execute: (file) => Effect.asVoid(sql.unsafe(read(file))),
      describe: (files) =>
        Effect.asVoid(sql.unsafe(SqlComments.statement(files.flatMap((file) => SqlComments.of(read(file)))))),
      query: <Row extends object>(source: SqlFile.Source, parameters: SqlFile.Parameters = {}) => {
        const given = Object.keys(parameters).filter((name) => parameters[name] !== undefined)
        const { names, text } = typeof source === "string"
          ? prepare([source, ...given].join(" "))
          : prepareForGeneration(JSON.stringify([source, given]))
        return sql.unsafe<Row>(text, names.map((name) => parameters[name]))
      },
      // Where the connection is lost, the driver's ROLLBACK fails, too, and it takes that for a defect.
      transaction: (effect) =>
        Effect.catchDefect(
          sql.withTransaction(effect),
          (defect) => SqlError.isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)
        ),
      inTransaction: Effect.map(Effect.serviceOption(sql.transactionService), Option.isSome),
      afterCommit: (effect) => sql.afterCommit(effect),
      outsideTransaction: (effect) =>
        Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(sql.transactionService)(context))
    }
  })

// Generations come and go; their statements must not pile up.
const maxGenerationStatements = 500

const memoize = <A>(make: (key: string) => A, limit = Infinity): (key: string) => A => {
  const known = new Map<string, A>()
  return (key) => {
    const value = known.get(key) ?? make(key)
    // Anew at the end: the one that was asked for least recently is the first.
    if (limit < Infinity) known.delete(key)
    known.set(key, value)
    if (known.size > limit) known.delete(known.keys().next().value!)
    return value
  }
}

/** The connection was lost or refused, or the server went down or is coming up. */
export const isDisconnect = (error: SqlError.SqlError): boolean =>
  error.reason._tag === "ConnectionError" || codeOf(error).startsWith("57P")

/** The connection was refused: nothing was sent. */
export const isRefusedConnect = (error: SqlError.SqlError): boolean =>
  isDisconnect(error) && error.reason.operation === "connect"

/** The server gave up a statement that may succeed when repeated; nothing of it is stored. */
export const isTransient = (error: SqlError.SqlError): boolean =>
  ["DeadlockError", "SerializationError", "LockTimeoutError"].includes(error.reason._tag)

/** The statement asks for a table that is not there (any more). */
export const isMissingTable = (error: SqlError.SqlError): boolean => codeOf(error) === "42P01"

/** The server's own words, and its hint, which the driver's message leaves out. */
export const explain = (error: SqlError.SqlError): Error => {
  const { cause } = error.reason
  const message = cause instanceof Error ? cause.message : error.message
  const hint = detailOf(error, "hint")
  return new Error(hint === "" ? message : `${message} (${hint})`, { cause: error })
}

const codeOf = (error: SqlError.SqlError): string => detailOf(error, "code")

const detailOf = ({ reason: { cause } }: SqlError.SqlError, name: "code" | "hint"): string => {
  const details: { readonly code?: unknown; readonly hint?: unknown } = Object(cause)
  const detail = details[name]
  return typeof detail === "string" ? detail : ""
}

/** Waits between tries while a server restarts, or while a pool rids itself of dead connections: some ten seconds. */
export const reconnecting = Schedule.exponential(Duration.millis(10)).pipe(
  (quick) => Schedule.min([quick, Schedule.spaced(Duration.millis(500))]),
  Schedule.jittered,
  Schedule.upTo({ times: 25 })
)
