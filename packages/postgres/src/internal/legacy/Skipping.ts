/** The list of rows that could not be turned into events: kept in the store, so that it may be long. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { Skipped } from "../../LegacyReport.ts"
import type { Skip } from "./Plan.ts"
import * as Source from "./Source.ts"
import * as Transaction from "./Transaction.ts"

/** As many as a report quotes of a list. */
export const mostListed = 1000

/** Adds rows to the list, or what is known of them now. */
export const save = (
  query: Source.Query,
  id: number,
  skips: ReadonlyArray<Skip | Skipped>
): Effect.Effect<void, SqlError.SqlError> =>
  skips.length === 0 ? Effect.void : Effect.asVoid(query("save_skipped", {
    id,
    keys: skips.map(({ key }) => key ?? ""),
    have_keys: skips.map(({ key }) => key !== null),
    rows: skips.map(({ rows }) => BigInt(rows)),
    reasons: skips.map(({ reason }) => reason)
  }))

/** Takes keys off the list. */
export const forget = (
  query: Source.Query,
  id: number,
  keys: ReadonlyArray<string>
): Effect.Effect<void, SqlError.SqlError> =>
  keys.length === 0 ? Effect.void : Effect.asVoid(query("forget_skipped", { id, keys }))

/** The rows without a key, as they are listed; None where there are none. */
export const withoutKey = (query: Source.Query): Effect.Effect<Option.Option<Skipped>, SqlError.SqlError> =>
  Effect.map(query<{ readonly rows: bigint }>("count_without_key"), ([row]) => {
    const rows = Number(row!.rows)
    return rows === 0 ? Option.none() : Option.some({ key: null, rows, reason: "its key is NULL" })
  })

/** Lists the rows without a key, or takes them off the list; says how many there are. */
export const settleWithoutKey = Effect.fnUntraced(
  function*(query: Source.Query, id: number): Effect.fn.Return<number, SqlError.SqlError> {
    const without = yield* withoutKey(query)
    yield* Option.isSome(without) ? save(query, id, [without.value]) : query("forget_without_key", { id })
    return rowsOf(without)
  }
)

/** How many rows that stands for. */
export const rowsOf = (skipped: Option.Option<Skipped>): number =>
  Option.match(skipped, { onNone: () => 0, onSome: ({ rows }) => rows })

/** How many keys are listed. */
export const count = (query: Source.Query, id: number): Effect.Effect<number, SqlError.SqlError> =>
  Effect.map(query<{ readonly skipped: bigint }>("count_skipped", { id }), ([row]) => Number(row!.skipped))

interface SkippedRow {
  readonly key: string | null
  readonly rows: bigint
  readonly reason: string
}

/** A page of the list, after a key. */
export const page = (
  query: Source.Query,
  id: number,
  after: string | undefined
): Effect.Effect<ReadonlyArray<Skipped>, SqlError.SqlError> =>
  Effect.map(
    query<SkippedRow>("list_skipped", { id, after, limit: mostListed }),
    (rows) => rows.map(({ key, reason, rows }) => ({ key, reason, rows: Number(rows) }))
  )

/** The whole list, page by page. */
export const list = (
  mapping: Source.Mapping
): Stream.Stream<Skipped, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Stream.unwrap(Effect.gen(function*() {
    const named = yield* Source.name(mapping, "skipped")
    const known = yield* reported(named, Transaction.find(named))
    if (known === undefined) return Stream.empty
    return Stream.paginate<string | undefined, Skipped, EventStoreError>(undefined, (after) =>
      Effect.map(reported(named, page(named.query, known.id, after)), (rows) => {
        const last = rows.length < mostListed ? null : rows.at(-1)!.key
        return [rows, Option.fromNullishOr(last)] as const
      }))
  }))

const reported = <A>(named: Source.Named, effect: Effect.Effect<A, SqlError.SqlError>) =>
  Effect.mapError(effect, (error) => Source.failed(named, error))
