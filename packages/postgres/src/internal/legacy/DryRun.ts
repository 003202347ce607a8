/** A walk through a legacy table that writes nothing: the server is told to refuse if it tried. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SeedOptions } from "../../LegacyMapping.ts"
import type { Failure, SeedReport, Skipped } from "../../LegacyReport.ts"
import * as Checking from "./Checking.ts"
import * as Pages from "./Pages.ts"
import * as Plan from "./Plan.ts"
import * as Seeding from "./Seeding.ts"
import * as Skipping from "./Skipping.ts"
import * as Source from "./Source.ts"
import * as Storing from "./Storing.ts"
import * as Transaction from "./Transaction.ts"
import * as Walk from "./Walk.ts"

/** What `seed` would do now. */
export const dryRun = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>,
  { batchSize = Seeding.defaultBatchSize, onProgress }: SeedOptions = {}
): Effect.fn.Return<SeedReport, Failure, SqlClient.SqlClient> {
  const source = yield* Source.open(mapping, "dryRun")
  const limit = yield* Effect.fromResult(Checking.checkBatchSize(batchSize))
  const total = onProgress === undefined ? 0 : yield* Seeding.countRows(source)
  const table = yield* readOnly(source, Transaction.find(source))
  let walk: Walk.Walk = Walk.start
  const listed: Array<Skipped> = []
  let skipped = 0
  while (walk.phase !== "Done") {
    const { next, rows, skips, tally } = yield* readOnly(source, batch(source, table?.id ?? 0, walk, limit))
    skipped += skips.reduce((sum, { key, rows }) => sum + (key === null ? rows : 1), 0)
    listed.push(...skips.slice(0, Skipping.mostListed - listed.length))
    walk = Walk.add(walk, tally, { ...next, rows: walk.rows + rows })
    if (onProgress !== undefined) yield* onProgress(walk.rows, total)
  }
  return Walk.report(walk, { skipped, skippedRows: listed })
})

const readOnly = <A>(
  source: Source.Source,
  effect: Effect.Effect<A, SqlError.SqlError>
): Effect.Effect<A, EventStoreError> =>
  Effect.provideService(
    Transaction.atomically(source, effect),
    SqlClient.BeginTransaction,
    "BEGIN READ ONLY"
  )

const batch = Effect.fnUntraced(function*(source: Source.Source, table: number, walk: Walk.Walk, limit: number) {
  const { query } = source
  yield* query("share_texts")
  const { next, rows, sightings } = yield* Pages.read(query, table, walk, limit)
  const plans = sightings.map((sighting) => Plan.ofSighting(source, sighting))
  const writes = plans.filter((plan) => plan._tag === "Write")
  const refused = yield* refusals(source, writes)
  const skips = plans.flatMap((plan): ReadonlyArray<Skipped> =>
    plan._tag === "Skip" ? [{ key: plan.key, rows: plan.rows, reason: plan.reason }] : []
  )
  const isLast = walk.phase === "Rows" && next.phase !== "Rows"
  const without = isLast ? yield* Skipping.withoutKey(query) : Option.none()
  return {
    next,
    rows: rows + Skipping.rowsOf(without),
    skips: [...skips, ...refused.values(), ...Option.toArray(without)],
    tally: Storing.tally(writes.filter((write) => !refused.has(write)))
  }
})

// What the store would refuse, as far as can be told beforehand.
const refusals = Effect.fnUntraced(function*(
  { database }: Source.Source,
  writes: ReadonlyArray<Plan.Write>
): Effect.fn.Return<ReadonlyMap<Plan.Write, Skipped>, SqlError.SqlError> {
  const appending = writes.filter(({ events }) => events.length > 0)
  const rows = yield* database.query<{ readonly version: bigint }>("queries/stream_versions", {
    streams: appending.map(({ known }) => known.stream)
  })
  const refused = new Map<Plan.Write, Skipped>()
  for (const [index, { version }] of rows.entries()) {
    const write = appending[index]!
    if (Number(version) !== write.expected) {
      refused.set(write, { key: write.key, rows: 1, reason: Storing.conflict(write, version) })
    }
  }
  return refused
})
