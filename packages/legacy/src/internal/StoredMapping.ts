/** The row of a mapping in `legacy_tables`. Operations that store events hold its lock: they run one after another. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import { SwitchedOver } from "../LegacyReport.ts"
import type { Session } from "./Session.ts"
import { textSettings } from "./Settings.ts"
import type { SourceTable } from "./SourceTable.ts"

/** A mapping in the store. */
export interface StoredMapping {
  readonly id: number
  readonly relation: string
  readonly key: string
  readonly switched_at: Date | null
}

/** The mapping; undefined when it was never used. */
export const find = (
  { database: { object, sql }, name }: Session
): Effect.Effect<StoredMapping | undefined, SqlError.SqlError> =>
  Effect.map(
    sql<StoredMapping>`
      SELECT id, relation, key, switched_at FROM ${object("legacy_tables")} WHERE name = ${name}::text`.unprepared,
    ([known]) => known
  )

interface LockedMapping extends StoredMapping {
  readonly isolation: string
}

/** Locks the mapping for the rest of the transaction, which gets the settings of `Settings` too. */
export const findAndLock = (
  { database: { object, sql }, name }: Session
): Effect.Effect<LockedMapping | undefined, SqlError.SqlError> =>
  Effect.map(
    sql<LockedMapping>`
      SELECT id, relation, key, switched_at, current_setting('transaction_isolation') AS isolation, ${textSettings(sql)}
      FROM ${object("legacy_tables")} WHERE name = ${name}::text
      FOR UPDATE`.unprepared,
    ([known]) => known
  )

/**
 * Locks the mapping, which is stored first if it is new. Fails when it was switched over, when its name is used for another
 * table or key, and if the transaction would not see commits during its wait.
 */
export const lock = Effect.fnUntraced(function*(
  source: SourceTable
): Effect.fn.Return<StoredMapping, InvalidInput | SwitchedOver | SqlError.SqlError> {
  const { key, name, relation } = source
  let known = yield* findAndLock(source)
  if (known === undefined) {
    yield* insert(source)
    known = (yield* findAndLock(source))!
  }
  if (!known.isolation.startsWith("read ")) {
    return yield* new InvalidInput({ field: "transaction", rule: `must be at READ COMMITTED, not ${known.isolation}` })
  }
  if (known.relation !== relation || known.key !== key) {
    const rule = `must be another: "${name}" is the mapping of ${known.relation} by the key "${known.key}"`
    return yield* new InvalidInput({ field: "name", rule })
  }
  if (known.switched_at !== null) {
    return yield* new SwitchedOver({ name, at: DateTime.fromDateUnsafe(known.switched_at) })
  }
  return known
})

const insert = ({ database: { object, sql }, key, name, relation }: SourceTable) =>
  sql`
    INSERT INTO ${object("legacy_tables")} (name, relation, key) VALUES (${name}::text, ${relation}::text, ${key}::text)
    ON CONFLICT (name) DO NOTHING`.unprepared

/** Marks the mapping: its events are the source of truth from now on. */
export const markSwitchedOver = ({ database: { object, sql } }: Session, id: number) =>
  sql`UPDATE ${object("legacy_tables")} SET switched_at = clock_timestamp() WHERE id = ${id}::int`.unprepared

/** Deletes the mapping and everything that is stored for it. The events stay. */
export const remove = ({ database: { object, sql } }: Session, id: number) =>
  sql`
    WITH
      changes AS (DELETE FROM ${object("legacy_changes")} WHERE legacy_table = ${id}::int),
      skipped AS (DELETE FROM ${object("legacy_skipped")} WHERE legacy_table = ${id}::int),
      known AS (DELETE FROM ${object("legacy_rows")} WHERE legacy_table = ${id}::int),
      runs AS (DELETE FROM ${object("legacy_runs")} WHERE legacy_table = ${id}::int)
    DELETE FROM ${object("legacy_tables")} WHERE id = ${id}::int`.unprepared
