/**
 * The narrow door to the driver, whose API may change in minor versions: named SQL files in, rows out. Everything this
 * package asks of `@effect/sql-pg` beside its layer goes through here.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import * as Fs from "node:fs"

/** One store's SQL on one client. */
export interface Database {
  /** Runs `sql/<file>.sql` and gives back its rows, in the caller's transaction if there is one. */
  readonly run: <Row extends object>(
    file: string,
    parameters?: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  /** Whether the caller has a transaction open. */
  readonly inTransaction: Effect.Effect<boolean>
}

/** The database of a schema, by the client in scope. */
export const make = (schema: string): Effect.Effect<Database, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => {
    const statements = new Map<string, string>()
    const statement = (file: string): string => {
      const known = statements.get(file)
      if (known !== undefined) return known
      const text = readSql(file, schema)
      statements.set(file, text)
      return text
    }
    return {
      run: <Row extends object>(file: string, parameters: ReadonlyArray<unknown> = []) =>
        sql.unsafe<Row>(statement(file), parameters),
      transaction: sql.withTransaction,
      inTransaction: Effect.map(Effect.serviceOption(sql.transactionService), Option.isSome)
    }
  })

// The files are written for the schema "refold", so that they can be read, and run in psql, as they are.
const readSql = (file: string, schema: string): string =>
  Fs.readFileSync(new URL(`../../sql/${file}.sql`, import.meta.url), "utf8")
    .replaceAll(/\brefold\./g, `"${schema}".`)
    .replaceAll(/\bSCHEMA( IF NOT EXISTS)? refold\b/g, `SCHEMA$1 "${schema}"`)

/** The connection was lost or refused, or the server went down or is coming up. */
export const isDisconnect = (error: SqlError.SqlError): boolean =>
  error.reason._tag === "ConnectionError" || codeOf(error).startsWith("57P")

/** The connection was refused: nothing was sent. */
export const isRefusedConnect = (error: SqlError.SqlError): boolean =>
  isDisconnect(error) && error.reason.operation === "connect"

/** The server gave up a statement that may succeed when repeated; nothing of it is stored. */
export const isTransient = (error: SqlError.SqlError): boolean =>
  ["DeadlockError", "SerializationError", "LockTimeoutError"].includes(error.reason._tag)

/** The server's own words, which the driver's message leaves out. */
export const explain = (error: SqlError.SqlError): Error => {
  const { cause } = error.reason
  return cause instanceof Error ? cause : new Error(error.message, { cause: error })
}

const codeOf = ({ reason: { cause } }: SqlError.SqlError): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

/** Waits between tries while a server restarts: about six seconds in all. */
export const reconnecting = Schedule.exponential(Duration.millis(50)).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 7 })
)
