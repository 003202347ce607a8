/** Holds the rows of a legacy table against the states of their streams, page by page, each page in one snapshot. */
import type { StreamName } from "@refold/core/event/StreamName"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SeedOptions } from "../../LegacyMapping.ts"
import type { Facts, Failure, Reconciliation } from "../../LegacyReport.ts"
import * as Comparison from "./Comparison.ts"
import * as Folding from "./Folding.ts"
import * as Plan from "./Plan.ts"
import * as Seeding from "./Seeding.ts"
import * as Sighting from "./Sighting.ts"
import * as Skipping from "./Skipping.ts"
import * as Source from "./Source.ts"
import { attempt, decoder } from "./Step.ts"
import * as Transaction from "./Transaction.ts"

type Tagged = { readonly _tag: string }

/** Compares everything. */
export const reconcile = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SeedOptions = {}
): Effect.fn.Return<Reconciliation, Failure, SqlClient.SqlClient> {
  return yield* compare(yield* Source.open(mapping, "reconcile"), mapping, options)
})

/** As `reconcile`, once the legacy table is known; in the caller's transaction, if there is one. */
export const compare = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: Source.Source,
  mapping: LegacyMapping<Row, State, Event>,
  { onProgress }: SeedOptions
): Effect.fn.Return<Reconciliation, EventStoreError> {
  const total = onProgress === undefined ? 0 : yield* Seeding.countRows(source)
  const id = (yield* snapshot(source, Transaction.find(source)))?.id ?? 0
  const found = Comparison.make()
  const side: Side<Row, State, Event> = { source, mapping, id, found, decode: decoder(mapping) }
  for (let after: string | undefined, more = true; more;) {
    const last: string | undefined = yield* snapshot(source, comparePage(side, after))
    more = last !== undefined
    after = last
    if (onProgress !== undefined) yield* onProgress(found.rows, total)
  }
  for (let after: string | undefined, more = true; more;) {
    const last: string | undefined = yield* snapshot(source, compareGone(side, after))
    more = last !== undefined
    after = last
  }
  const skipped = Effect.all({
    count: Skipping.count(source.query, id),
    first: Skipping.page(source.query, id, undefined)
  })
  return found.report(yield* snapshot(source, skipped))
})

// What is compared, and what has come of it.
interface Side<Row, State, Event extends Tagged> {
  readonly source: Source.Source
  readonly mapping: LegacyMapping<Row, State, Event>
  readonly id: number
  readonly found: Comparison.Comparison
  readonly decode: (row: string) => Result.Result<Row, string>
}

const pageSize = 500

/** One snapshot for all that is read; in a transaction of the caller's, that one's. */
const snapshot = <A>(
  source: Source.Source,
  effect: Effect.Effect<A, EventStoreError | SqlError.SqlError>
): Effect.Effect<A, EventStoreError> =>
  Effect.provideService(
    Transaction.atomically(source, Effect.andThen(source.query("share_texts"), effect)),
    SqlClient.BeginTransaction,
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
  )

const comparePage = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  side: Side<Row, State, Event>,
  after: string | undefined
): Effect.fn.Return<string | undefined, EventStoreError | SqlError.SqlError> {
  const { found, id, mapping, source } = side
  const rows = yield* source.query<Sighting.SightingRow>("read_page", { id, after, limit: pageSize })
  const sightings = rows.map(Sighting.decode)
  const streams = sightings.flatMap(({ known }) => known?.stream ?? [])
  const states = yield* fold(side, streams)
  for (const sighting of sightings) {
    found.rows += sighting.copies
    compareRow(side, sighting, states, mapping.aggregate.decider.initialState)
  }
  if (rows.length === pageSize) return rows.at(-1)!.key
  found.rows += Skipping.rowsOf(yield* Skipping.withoutKey(source.query))
  return undefined
})

type States<State> = ReadonlyMap<StreamName, Result.Result<State, string>>

const fold = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  { found, mapping, source }: Side<Row, State, Event>,
  streams: ReadonlyArray<StreamName>
): Effect.fn.Return<States<State>, EventStoreError | SqlError.SqlError> {
  const folded = yield* Folding.fold(source.query, mapping.aggregate, streams)
  found.streams += streams.length
  for (const { events } of folded) found.events += events
  return new Map(streams.map((stream, index) => [stream, folded[index]!.state]))
})

// What has a stream is compared, also where its row is skipped: after the switch its stream would be believed.
const compareRow = <Row, State, Event extends Tagged>(
  { decode, found, mapping: { facts } }: Side<Row, State, Event>,
  { changes, copies, isSkipped, key, known, row }: Sighting.Sighting,
  states: States<State>,
  initialState: State
): void => {
  if (changes.length > 0) return void found.pending++
  if (isSkipped && known?.stream === undefined) return
  if (known === undefined || row === null) return found.missing.add(key)
  const stream = known.stream ?? ""
  const legacy = copies > 1
    ? Result.fail(Plan.shared(copies))
    : Result.flatMap(decode(row), (row) => attemptFacts(() => facts.row(row)))
  if (Result.isFailure(legacy)) {
    return known.stream === undefined
      ? found.missing.add(key)
      : found.unreadable.add({ key, stream, reason: `its row: ${legacy.failure}` })
  }
  const state = known.stream === undefined ? Result.succeed(initialState) : states.get(known.stream)!
  const events = Result.flatMap(state, (state) => attemptFacts(() => facts.state(state)))
  if (Result.isFailure(events)) found.unreadable.add({ key, stream, reason: events.failure })
  else found.compare({ key, stream }, legacy.success, events.success)
}

const attemptFacts = (facts: () => Facts): Result.Result<Facts, string> =>
  attempt("facts", () => Result.succeed(facts()))

interface TombstoneRow {
  readonly key: string
  readonly stream: StreamName | null
  readonly is_extra: boolean
  readonly is_missing: boolean
  readonly is_pending: boolean
}

/** Of rows that are gone nothing is left: their streams' numbers are 0. */
const compareGone = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  side: Side<Row, State, Event>,
  after: string | undefined
): Effect.fn.Return<string | undefined, EventStoreError | SqlError.SqlError> {
  const { found, id, mapping: { facts }, source } = side
  const rows = yield* source.query<TombstoneRow>("read_tombstones", { id, after, limit: pageSize })
  const gone = rows.filter(({ is_missing }) => is_missing)
  found.pending += gone.filter(({ is_pending }) => is_pending).length
  const settled = gone.filter(({ is_pending }) => !is_pending)
  const states = yield* fold(side, settled.flatMap(({ stream }) => stream ?? []))
  for (const { is_extra, key, stream } of settled) {
    if (is_extra) found.extra.add(key)
    if (stream === null) continue
    const events = Result.flatMap(states.get(stream)!, (state) => attemptFacts(() => facts.state(state)))
    if (Result.isFailure(events)) found.unreadable.add({ key, stream, reason: events.failure })
    else if (is_extra) found.add("events", events.success)
    else found.compare({ key, stream }, nothingOf(events.success), numbersOf(events.success))
  }
  return rows.length < pageSize ? undefined : rows.at(-1)!.key
})

const numbersOf = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === "bigint"))

const nothingOf = (facts: Facts): Facts => Object.fromEntries(Object.keys(numbersOf(facts)).map((fact) => [fact, 0n]))
