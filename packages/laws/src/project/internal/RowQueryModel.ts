/** Rows that are stored directly, without events, and queries of these rows. */
import type { JsonObject } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Scalar } from "@refold/core/internal/project/RowValue"
import * as Projection from "@refold/core/project/Projection"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import type * as RowQuery from "@refold/core/project/RowQuery"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Sample from "../../kit/internal/Sample.ts"

const State = Schema.Struct({
  text: Schema.String,
  number: Schema.Finite,
  big: Schema.BigInt,
  price: Schema.BigDecimal,
  at: Schema.Date,
  flag: Schema.Boolean
})

/** The key and the state of a row. */
export type ModelRow = typeof State.Type & { readonly key: string }

const indexes = {
  texts: ["text", "number"],
  numbers: ["number"],
  bigs: ["flag", "big"],
  prices: ["price", "text"],
  dates: ["flag", "at"],
  flags: ["flag", "text", "big"]
} as const

type Index = keyof typeof indexes

/** A query described by rows: the numbers refer to rows whose values are used. */
export interface ModelQuery {
  readonly index: Index | undefined
  /** The number of fields of the index that must equal those of the row `equalTo`. */
  readonly equalFields: number
  readonly equalTo: number
  /** The rows at the ends of the range. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly descending: boolean
  readonly limit: number
}

const projectionOf = (fresh: FreshNames.FreshNames) =>
  Projection.makeUnsafe({
    name: fresh.text(`rows ${FreshNames.placeholder}`),
    version: 1,
    events: Sample.codec,
    keys: () => [],
    state: State,
    initialState: { text: "", number: 0, big: 0n, price: BigDecimal.fromBigInt(0n), at: new Date(0), flag: false },
    evolve: (state) => state,
    indexes
  })

/** Stores the rows. Gives them as they are stored, and their projection. */
export const storeRows = Effect.fnUntraced(function*(modelRows: ReadonlyArray<ModelRow>) {
  const projection = projectionOf(yield* FreshNames.make)
  const rows = modelRows.map(({ key, ...state }, index): StoredRow => ({
    key,
    state: Result.getOrThrow(projection.encode(state)),
    position: Position(index + 1),
    version: StreamVersion(index + 1)
  }))
  const store = yield* ReadModelStore
  const { id } = yield* store.begin(projection, "Building")
  const none = {
    removed: [],
    parked: [],
    unparked: [],
    keepsNewer: false,
    checkpoint: Position(rows.length),
    rate: 0
  }
  yield* store.update(id, (batch) => Effect.andThen(batch.save({ ...none, rows }), batch.promote), { wait: true })
  return { projection, rows }
})

const anyValues: Readonly<Record<string, Scalar>> = { text: "a", at: new Date(0).toISOString(), flag: true }

/** The query with the values of these rows. */
export const queryOf = (
  rows: ReadonlyArray<StoredRow>,
  { descending, equalFields: fixed, from, index, equalTo: like, limit, to }: ModelQuery
): RowQuery.RowQuery<Index> => {
  const fields: ReadonlyArray<string> = index === undefined ? [] : indexes[index]
  const valueOf = (n: number, field: string | undefined): Scalar => {
    const row = rows[n % rows.length]
    if (row === undefined) return field === undefined ? "a" : anyValues[field] ?? 1
    // Every state is an object that has these fields.
    return field === undefined ? row.key : (row.state as JsonObject)[field] as Scalar
  }
  const open = fields[fixed]
  return {
    index,
    where: Object.fromEntries(fields.slice(0, fixed).map((field) => [field, valueOf(like, field)])),
    range: {
      ...(from === undefined ? {} : { from: valueOf(from, open) }),
      ...(to === undefined ? {} : { to: valueOf(to, open) })
    },
    descending,
    limit
  }
}

const texts = fc.oneof(fc.constantFrom("a", "b", "B", "ä", "\uFF5E", "\u{1F600}"), Arbitraries.text)

// Their texts sort differently.
const prices = fc.oneof(
  fc.constantFrom("-1", "-1.50", "-1.5", "1.5", "9", "10", "1e1", "1e30", "1e-30", "123456789012345678901234567890.5"),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String)
)
const dates = fc.oneof(
  fc.constantFrom(-1e14, -62_167_219_200_001, 0, 1, 253_402_300_799_999, 253_402_300_800_000).map((millis) =>
    new Date(millis)
  ),
  fc.date({ noInvalidDate: true })
)

/** Rows, many of which have equal values. */
export const rows: fc.Arbitrary<ReadonlyArray<ModelRow>> = fc.uniqueArray(
  fc.record({
    key: fc.oneof(fc.constantFrom("a", "b", "A", "\uFF5E", "\u{1F600}"), Arbitraries.name),
    text: texts,
    number: fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: Arbitraries.number }),
    big: fc.oneof(fc.bigInt(0n, 2n), fc.constantFrom(10n, 9n, -1n, 2n ** 64n, 2n ** 64n + 1n, -(10n ** 30n))),
    price: prices.map(BigDecimal.fromStringUnsafe),
    at: dates,
    flag: fc.boolean()
  }),
  { maxLength: 12, size: "max", selector: ({ key }) => key }
)

const rowNumber = fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(11) })

/** Queries of every index, in both directions, with and without each part. */
export const query: fc.Arbitrary<ModelQuery> = fc.record({
  index: fc.constantFrom(undefined, "texts", "numbers", "bigs", "prices", "dates", "flags"),
  equalFields: fc.constantFrom(0, 0, 0, 1, 2, 3),
  equalTo: fc.nat(11),
  from: rowNumber,
  to: rowNumber,
  descending: fc.boolean(),
  limit: fc.integer({ min: 1, max: 4 })
})
