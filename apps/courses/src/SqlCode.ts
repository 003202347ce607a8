/** The code by which PostgreSQL refuses a statement. */
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import * as Expected from "./Expected.ts"

/** The SQLSTATE with which a statement is refused. Fails with `NotRefused` if it is not refused. */
export const of = <A, R>(
  statement: Effect.Effect<A, SqlError.SqlError, R>
): Effect.Effect<string, Expected.NotRefused, R> =>
  Effect.map(Expected.failureOf(statement), ({ reason }) => String(Object(reason.cause).code))
