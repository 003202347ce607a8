/** The auditor's question to the database: does everything that was made of the events still agree with them? */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"

/** A disagreement, in the words of `validate_ledger`. */
export interface Finding {
  readonly problem: string
  readonly account: string | null
  readonly version: number | null
  readonly expected: unknown
  readonly found: unknown
  readonly sentence: string
}

/** All disagreements, none where all is well. */
export const validate: Effect.Effect<ReadonlyArray<Finding>, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) =>
    sql<Finding>`SELECT problem, aggregate_id AS account, version::int, expected, found, sentence
      FROM ledger.validate_ledger() ORDER BY problem, aggregate_id, version`
)

/** Brings the materialized view of balances up to now. */
export const refresh: Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => Effect.asVoid(sql`SELECT ledger.refresh_balances()`)
)

/** Brings the balances that are kept event by event up to now. */
export const catchUp: Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => Effect.asVoid(sql`CALL ledger.catch_up_balances()`)
)
