/** The triggers on a legacy table: those that capture changes, and those that refuse writes. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type { Session } from "./Session.ts"
import type { SourceTable } from "./SourceTable.ts"

/** Captures every change from the commit on; waits for the transactions that write to the table now. */
export const createCapture = ({ database: { object, sql } }: Session, mapping: number) =>
  run(sql`
    SELECT ${object("create_legacy_trigger")}(${mapping}::int, 'truncate'),
      ${object("create_legacy_trigger")}(${mapping}::int, 'capture')`)

/** Captures nothing more, without a wait for readers of the table. */
export const disableCapture = ({ database: { object, sql } }: Session, mapping: number) =>
  run(sql`
    SELECT ${object("disable_legacy_trigger")}(${mapping}::int, 'capture'),
      ${object("disable_legacy_trigger")}(${mapping}::int, 'truncate')`)

/** Removes the triggers that capture. */
export const dropCapture = ({ database: { object, sql } }: Session, mapping: number) =>
  run(sql`
    SELECT ${object("drop_legacy_trigger")}(${mapping}::int, 'capture'),
      ${object("drop_legacy_trigger")}(${mapping}::int, 'truncate')`)

/** Refuses writes to the table from the commit on. */
export const createFreeze = ({ database: { object, sql } }: Session, mapping: number) =>
  run(sql`SELECT ${object("create_legacy_trigger")}(${mapping}::int, 'freeze')`)

/** Allows writes to the table again. */
export const dropFreeze = ({ database: { object, sql } }: Session, mapping: number) =>
  run(sql`SELECT ${object("drop_legacy_trigger")}(${mapping}::int, 'freeze')`)

const run = (statement: { readonly unprepared: Effect.Effect<unknown, SqlError.SqlError> }) =>
  Effect.asVoid(statement.unprepared)

/** Whether changes of the table are captured. */
export const isCaptured = ({ database: { object, sql }, relation }: SourceTable, mapping: number) =>
  isTrue(sql<{ readonly is_true: boolean }>`
    SELECT count(*) = 2 AS is_true FROM pg_trigger g
    WHERE g.tgrelid = to_regclass(${relation}::text) AND g.tgenabled = 'A' AND g.tgname IN (
      ${object("legacy_trigger")}(${mapping}::int, 'capture'), ${object("legacy_trigger")}(${mapping}::int, 'truncate')
    )`)

/** Whether writes to the table are refused. */
export const isFrozen = ({ database: { object, sql }, relation }: SourceTable, mapping: number) =>
  isTrue(sql<{ readonly is_true: boolean }>`
    SELECT EXISTS (
      SELECT FROM pg_trigger g
      WHERE g.tgrelid = to_regclass(${relation}::text) AND g.tgenabled = 'A'
        AND g.tgname = ${object("legacy_trigger")}(${mapping}::int, 'freeze')
    ) AS is_true`)

const isTrue = (
  { unprepared }: {
    readonly unprepared: Effect.Effect<ReadonlyArray<{ readonly is_true: boolean }>, SqlError.SqlError>
  }
) => Effect.map(unprepared, ([row]) => row!.is_true)
