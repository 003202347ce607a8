/** Compares a page of rows of the legacy table with the states of their streams. */
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../LegacyMapping.ts"
import type { Facts } from "../LegacyReport.ts"
import { attempt } from "./Attempt.ts"
import type { Comparison } from "./Comparison.ts"
import * as FoldStreams from "./FoldStreams.ts"
import * as Plan from "./Plan.ts"
import { readRows } from "./ReadRows.ts"
import * as RowsWithoutKey from "./RowsWithoutKey.ts"
import type { SourceRow } from "./SourceRow.ts"
import type { SourceTable } from "./SourceTable.ts"

/** A reconciliation in progress. */
export interface Comparing<Row, State, Event extends Tagged> {
  readonly source: SourceTable
  readonly mapping: LegacyMapping<Row, State, Event>
  /** The mapping's id in the store; 0 when it was never used. */
  readonly id: number
  readonly found: Comparison
  readonly decode: (row: string) => Result.Result<Row, string>
}

/** The keys or rows of a page. */
export const pageSize = 500

/** Compares a page; gives its last key if there may be another page. */
export const compareRows = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  comparing: Comparing<Row, State, Event>,
  after: string | undefined
): Effect.fn.Return<string | undefined, EventStoreError | SqlError.SqlError> {
  const { found, id, source } = comparing
  const rows = yield* readRows(source, { mapping: id, after, limit: pageSize })
  const states = yield* statesOf(comparing, rows.flatMap(({ stored }) => stored?.stream ?? []))
  for (const row of rows) {
    found.rows += row.copies
    compareRow(comparing, row, states)
  }
  if (rows.length === pageSize) return rows.at(-1)!.key
  found.rows += RowsWithoutKey.countOf(yield* RowsWithoutKey.find(source))
  return undefined
})

/** The states of streams, or the reasons why they cannot be folded. */
export type States<State> = ReadonlyMap<StreamName, Result.Result<State, string>>

/** Folds streams, and counts them and their events. */
export const statesOf = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  { found, mapping, source }: Comparing<Row, State, Event>,
  streams: ReadonlyArray<StreamName>
): Effect.fn.Return<States<State>, EventStoreError | SqlError.SqlError> {
  const folded = yield* FoldStreams.fold(source, mapping.aggregate, streams)
  found.streams += streams.length
  for (const { events } of folded) found.events += events
  return new Map(streams.map((stream, index) => [stream, folded[index]!.state]))
})

// A key that has a stream is compared also when its row is skipped: after the switch the stream is the source of truth.
const compareRow = <Row, State, Event extends Tagged>(
  { decode, found, mapping: { aggregate, facts } }: Comparing<Row, State, Event>,
  { changes, copies, isSkipped, key, row, stored }: SourceRow,
  states: States<State>
): void => {
  if (changes.length > 0) return void found.pending++
  if (isSkipped && stored?.stream === undefined) return
  if (stored === undefined || row === null) return found.missing.add(key)
  const stream = stored.stream ?? ""
  const legacy = copies > 1
    ? Result.fail(Plan.sharedKey(copies))
    : Result.flatMap(decode(row), (row) => attemptFacts(() => facts.row(row)))
  if (Result.isFailure(legacy)) {
    return stored.stream === undefined
      ? found.missing.add(key)
      : found.unreadable.add({ key, stream, reason: `row: ${legacy.failure}` })
  }
  const state = stored.stream === undefined
    ? Result.succeed(aggregate.decider.initialState)
    : states.get(stored.stream)!
  const events = Result.flatMap(state, (state) => attemptFacts(() => facts.state(state)))
  if (Result.isFailure(events)) found.unreadable.add({ key, stream, reason: events.failure })
  else found.compare({ key, stream }, legacy.success, events.success)
}

/** Runs one of the mapping's functions of facts. */
export const attemptFacts = (facts: () => Facts): Result.Result<Facts, string> =>
  attempt("facts", () => Result.succeed(facts()))
