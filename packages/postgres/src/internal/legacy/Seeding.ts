/** Walks through a legacy table and stores what it finds: a batch is one transaction with all that is remembered of it. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SeedOptions } from "../../LegacyMapping.ts"
import type { Failure, SeedReport, SwitchedOver } from "../../LegacyReport.ts"
import * as Checking from "./Checking.ts"
import * as Pages from "./Pages.ts"
import * as Plan from "./Plan.ts"
import type { Sighting } from "./Sighting.ts"
import * as Skipping from "./Skipping.ts"
import * as Source from "./Source.ts"
import * as Storing from "./Storing.ts"
import * as Transaction from "./Transaction.ts"
import * as Walk from "./Walk.ts"

/** Walks to the end, from wherever a walk before was cut off. */
export const seed = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SeedOptions = {}
): Effect.fn.Return<SeedReport, Failure, SqlClient.SqlClient> {
  return yield* walk(yield* Source.open(mapping, "seed"), options)
})

/** As `seed`, once the legacy table is known; in the caller's transaction, if there is one. */
export const walk = Effect.fnUntraced(function*(
  source: Source.Source,
  { batchSize = defaultBatchSize, onProgress }: SeedOptions = {}
): Effect.fn.Return<SeedReport, Failure> {
  const limit = yield* Effect.fromResult(Checking.checkBatchSize(batchSize))
  const total = onProgress === undefined ? 0 : yield* countRows(source)
  let walk: Walk.Walk = Walk.start
  let table = 0
  while (walk.phase !== "Done") {
    const done = walk.id === 0 ? undefined : walk.id
    const next = yield* Transaction.atomically(source, batch(source, limit, done))
    ;({ table, walk } = next)
    if (onProgress !== undefined) yield* onProgress(walk.rows, total)
  }
  const listed = Effect.all({
    skipped: Skipping.count(source.query, table),
    skippedRows: Skipping.page(source.query, table, undefined)
  })
  return Walk.report(walk, yield* Effect.mapError(listed, (error) => Source.failed(source, error)))
})

/** Some hundred milliseconds' work. */
export const defaultBatchSize = 1000

/** How many rows there are at the start. */
export const countRows = (source: Source.Source): Effect.Effect<number, EventStoreError> =>
  Effect.mapBoth(source.query<{ readonly rows: bigint }>("count_rows"), {
    onSuccess: ([row]) => Number(row!.rows),
    onFailure: (error) => Source.failed(source, error)
  })

type BatchFailure = InvalidInput | SwitchedOver | EventStoreError | SqlError.SqlError

const batch = Effect.fnUntraced(function*(
  source: Source.Source,
  limit: number,
  id: number | undefined
): Effect.fn.Return<{ readonly walk: Walk.Walk; readonly table: number }, BatchFailure> {
  const { query } = source
  const { id: table } = yield* Transaction.hold(source)
  const walk = yield* Walk.resume(query, table, id)
  // Another process has walked to the end meanwhile.
  if (walk.phase === "Done") return { walk, table }
  const { next, rows, sightings } = yield* Pages.read(query, table, walk, limit)
  const tally = yield* settle(source, table, sightings)
  const isLast = walk.phase === "Rows" && next.phase !== "Rows"
  const without = isLast ? yield* Skipping.settleWithoutKey(query, table) : 0
  if (next.phase === "Done") yield* query("forget_unmet", { id: table, run: walk.id })
  const reached = Walk.add(walk, tally, { ...next, rows: walk.rows + rows + without })
  yield* Walk.save(query, reached)
  return { walk: reached, table }
})

/** Stores what rows that were read ask for, and forgets the captured changes that they include. */
const settle = Effect.fnUntraced(function*(
  source: Source.Source,
  table: number,
  sightings: ReadonlyArray<Sighting>
): Effect.fn.Return<Storing.Tally, EventStoreError | SqlError.SqlError> {
  const tally = yield* Storing.store(source, table, sightings.map((sighting) => Plan.ofSighting(source, sighting)))
  const changes = sightings.flatMap(({ changes }) => changes)
  if (changes.length > 0) yield* source.query("forget_changes", { changes })
  return tally
})
