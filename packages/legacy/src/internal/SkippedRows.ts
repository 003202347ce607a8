/** The list of rows that could not be turned into events. It is kept in the store, because it may be long. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { LegacyMapping } from "../LegacyMapping.ts"
import type { Skipped } from "../LegacyReport.ts"
import type { Skip } from "./Plan.ts"
import * as Session from "./Session.ts"
import * as StoredMapping from "./StoredMapping.ts"

/** The entries of a list that a report contains. */
export const mostListed = 1000

/** Adds rows to the list, or replaces their entries. */
export const save = (
  { database: { object, sql } }: Session.Session,
  mapping: number,
  skips: ReadonlyArray<Skip | Skipped>
): Effect.Effect<void, SqlError.SqlError> =>
  // '' stands for no key: an array of the driver holds no NULL.
  skips.length === 0 ? Effect.void : Effect.asVoid(
    sql`
    INSERT INTO ${object("legacy_skipped")} AS known (legacy_table, key, rows, reason, run)
    SELECT ${mapping}::int, CASE WHEN s.has_key THEN s.key END, s.rows, s.reason,
      (SELECT coalesce(max(id), 0) FROM ${object("legacy_runs")} WHERE legacy_table = ${mapping}::int)
    FROM unnest(
      ${skips.map(({ key }) => key ?? "")}::text[], ${skips.map(({ key }) => key !== null)}::boolean[],
      ${skips.map(({ rows }) => BigInt(rows))}::bigint[], ${skips.map(({ reason }) => reason)}::text[]
    ) AS s (key, has_key, rows, reason)
    ON CONFLICT ON CONSTRAINT legacy_skipped_key DO UPDATE SET
      rows = excluded.rows, reason = excluded.reason, run = excluded.run`.unprepared
  )

/** Removes keys from the list. */
export const remove = (
  { database: { object, sql } }: Session.Session,
  mapping: number,
  keys: ReadonlyArray<string>
): Effect.Effect<void, SqlError.SqlError> =>
  keys.length === 0 ? Effect.void : Effect.asVoid(
    sql`
    DELETE FROM ${object("legacy_skipped")}
    WHERE legacy_table = ${mapping}::int AND key = ANY (${keys}::text[])`.unprepared
  )

/** Removes the rows that a run over the whole table has not found. */
export const removeBefore = (
  { database: { object, sql } }: Session.Session,
  mapping: number,
  run: number
): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(
    sql`
    DELETE FROM ${object("legacy_skipped")} WHERE legacy_table = ${mapping}::int AND run < ${run}::int`.unprepared
  )

/** Removes the rows without a key. */
export const removeWithoutKey = (
  { database: { object, sql } }: Session.Session,
  mapping: number
): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(
    sql`
    DELETE FROM ${object("legacy_skipped")} WHERE legacy_table = ${mapping}::int AND key IS NULL`.unprepared
  )

/** The number of keys on the list; rows without a key count one by one. */
export const count = (
  { database: { object, sql } }: Session.Session,
  mapping: number
): Effect.Effect<number, SqlError.SqlError> =>
  Effect.map(
    sql<{ readonly skipped: bigint }>`
      SELECT coalesce(sum(CASE WHEN key IS NULL THEN rows ELSE 1 END), 0)::bigint AS skipped
      FROM ${object("legacy_skipped")} WHERE legacy_table = ${mapping}::int`.unprepared,
    ([row]) => Number(row!.skipped)
  )

interface SkippedRow {
  readonly key: string | null
  readonly rows: bigint
  readonly reason: string
}

/** A page of the list after a key; rows without a key come last. */
export const page = (
  { database: { object, sql } }: Session.Session,
  mapping: number,
  after?: string
): Effect.Effect<ReadonlyArray<Skipped>, SqlError.SqlError> => {
  const isAfter = after === undefined ? sql.literal("") : sql`AND (key > ${after}::text OR key IS NULL)`
  return Effect.map(
    sql<SkippedRow>`
      SELECT key, rows, reason FROM ${object("legacy_skipped")}
      WHERE legacy_table = ${mapping}::int ${isAfter}
      ORDER BY key
      LIMIT ${mostListed}::int`.unprepared,
    (rows) => rows.map(({ key, reason, rows }) => ({ key, reason, rows: Number(rows) }))
  )
}

/** The whole list, read page by page. */
export const list = (
  mapping: Pick<LegacyMapping<never, never, never>, "name" | "store">
): Stream.Stream<Skipped, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Stream.unwrap(Effect.gen(function*() {
    const session = yield* Session.open(mapping, "skipped")
    const known = yield* Session.reported(session, StoredMapping.find(session))
    if (known === undefined) return Stream.empty
    return Stream.paginate<string | undefined, Skipped, EventStoreError>(undefined, (after) =>
      Effect.map(Session.reported(session, page(session, known.id, after)), (rows) => {
        const last = rows.length < mostListed ? null : rows.at(-1)!.key
        return [rows, Option.fromNullishOr(last)] as const
      }))
  }))
