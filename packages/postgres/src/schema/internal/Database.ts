/** Stand-in: one schema on one client. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"

export {
  explain,
  isDisconnect,
  isMissingTable,
  isRefusedConnect,
  isTransient,
  reconnecting
} from "../../internal/Database.ts"

/** One schema on one client. */
export interface Database {
  readonly sql: SqlClient.SqlClient
  readonly schema: string
  /** An object of the schema, by its name. */
  readonly object: (name: string) => Statement.Fragment
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  /** Whether the caller has a transaction open. */
  readonly inTransaction: Effect.Effect<boolean>
  /** Runs an effect once the caller's transaction has committed, and at once where there is none. */
  readonly afterCommit: (effect: Effect.Effect<void>) => Effect.Effect<void>
  /** Runs an effect outside of the caller's transaction, if there is one. */
  readonly outsideTransaction: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** The database of a schema, by the client in scope. */
export const make = (schema: string): Effect.Effect<Database, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => ({
    sql,
    schema,
    object: (name) => sql`${sql(`${schema}.${name}`)}`,
    transaction: (effect) =>
      Effect.catchDefect(
        sql.withTransaction(effect),
        (defect) => SqlError.isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)
      ),
    inTransaction: Effect.map(Effect.serviceOption(sql.transactionService), Option.isSome),
    afterCommit: (effect) => sql.afterCommit(effect),
    outsideTransaction: (effect) =>
      Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(sql.transactionService)(context))
  }))
