/** Validates the ledger in the database: compares all derived data with the events. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"

/** A difference, as reported by `validate_ledger`. */
export interface Finding {
  readonly problem: string
  readonly account: string | null
  readonly version: number | null
  readonly expected: unknown
  readonly found: unknown
  readonly sentence: string
}

/** All differences; none in a valid ledger. */
export const validate: Effect.Effect<ReadonlyArray<Finding>, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) =>
    sql<Finding>`SELECT problem, aggregate_id AS account, version::int, expected, found, sentence
      FROM ledger.validate_ledger() ORDER BY problem, aggregate_id, version`
)

/** Refreshes the materialized view of balances. */
export const refresh: Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => Effect.asVoid(sql`SELECT ledger.refresh_balances()`)
)

/** Brings the incremental table of balances up to the head. */
export const catchUp: Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => Effect.asVoid(sql`CALL ledger.catch_up_balances()`)
)
