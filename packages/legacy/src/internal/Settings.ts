/**
 * Settings of a transaction that reads a legacy table: values get the texts with which they are captured, and a policy that
 * would hide rows is an error. The functions that capture changes set the same for themselves.
 */
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"

/** The settings, as columns of a SELECT. */
export const textSettings = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql`
    set_config('row_security', 'off', true), set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true),
    set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true),
    set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true)`

/** Makes the settings for the rest of the transaction. */
export const apply = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(sql`SELECT ${textSettings(sql)}`.unprepared)

/** Limits the wait for a lock for the rest of the transaction. */
export const limitWait = (sql: SqlClient.SqlClient, millis: number): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(sql`SELECT set_config('lock_timeout', ${String(millis)}::text, true)`.unprepared)
