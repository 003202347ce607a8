/**
 * Turns captured changes into events. While the changes of a key continue its stored row, each becomes events of its own.
 * Otherwise (a change was missed, the row was skipped, several rows share the key) the row is read as it is now.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as Polling from "@refold/store/internal/log/Polling"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../LegacyMapping.ts"
import type { CaughtUp, Failure, SwitchedOver } from "../LegacyReport.ts"
import * as ApplyPlans from "./ApplyPlans.ts"
import * as CapturedChanges from "./CapturedChanges.ts"
import * as Plan from "./Plan.ts"
import { readKeys } from "./ReadRows.ts"
import * as RowsWithoutKey from "./RowsWithoutKey.ts"
import * as SourceRow from "./SourceRow.ts"
import * as SourceTable from "./SourceTable.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"

/** Processes the queue until it is empty. */
export const catchUp = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<CaughtUp, Failure, SqlClient.SqlClient> {
  return yield* processQueue(yield* SourceTable.open(mapping, "catchUp"))
})

/** Processes the queue again and again. */
export const follow = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  { every = "200 millis" }: { readonly every?: Duration.Input | undefined } = {}
): Effect.fn.Return<never, Failure, SqlClient.SqlClient> {
  const source = yield* SourceTable.open(mapping, "follow")
  return yield* Effect.forever(Effect.andThen(Polling.untraced(processQueue(source)), Effect.sleep(every)))
})

/** As `catchUp`, for a table that was found; in the caller's transaction, if there is one. */
export const processQueue = Effect.fnUntraced(function*(
  source: SourceTable.SourceTable
): Effect.fn.Return<CaughtUp, Failure> {
  let changes = 0
  let events = 0
  let skipped = 0
  for (;;) {
    const batch = yield* transaction(source, processBatch(source))
    changes += batch.changes
    events += batch.events
    skipped += batch.skipped
    if (batch.changes < batchSize) return { changes, events, skipped }
  }
})

const batchSize = 500

type BatchFailure = InvalidInput | SwitchedOver | EventStoreError | SqlError.SqlError

const processBatch = Effect.fnUntraced(function*(
  source: SourceTable.SourceTable
): Effect.fn.Return<CaughtUp, BatchFailure> {
  const { id: mapping } = yield* StoredMapping.lock(source)
  const changes = yield* CapturedChanges.read(source, mapping, batchSize)
  return changes.length === 0
    ? { changes: 0, events: 0, skipped: 0 }
    : yield* Polling.work(processChanges(source, mapping, changes))
})

const processChanges = Effect.fnUntraced(function*(
  source: SourceTable.SourceTable,
  mapping: number,
  changes: Changes
): Effect.fn.Return<CaughtUp, BatchFailure> {
  if (changes.some(({ key, query_key }) => query_key !== null && query_key !== key)) {
    return yield* new InvalidInput({ field: "query", rule: "must return the key column as it is in the table" })
  }
  const plans: Array<Plan.Plan> = []
  const toRead: Array<string> = []
  let withoutKey = 0
  for (const [key, ofKey] of byKey(changes)) {
    if (key === null) withoutKey = yield* RowsWithoutKey.save(source, mapping)
    else {
      const plan = planChanges(source, key, ofKey)
      if (Result.isSuccess(plan)) plans.push(plan.success)
      else toRead.push(key)
    }
  }
  const rows = yield* readKeys(source, mapping, toRead)
  plans.push(...rows.map((row) => Plan.ofRow(source, row)))
  const { events, skipped } = yield* ApplyPlans.apply(source, mapping, plans)
  // The rows may include changes beyond this batch.
  const processed = [...changes.map(({ id }) => id), ...rows.flatMap(({ changes }) => changes)]
  yield* CapturedChanges.remove(source, [...new Set(processed)])
  const ofSkipped = changes.filter(({ key }) => key === null ? withoutKey > 0 : skipped.has(key))
  return { changes: changes.length, events, skipped: ofSkipped.length }
})

type Changes = ReadonlyArray<CapturedChanges.ChangeRow>

// Node 20 has no Map.groupBy.
const byKey = (changes: Changes): ReadonlyMap<string | null, Changes> => {
  const groups = new Map<string | null, Array<CapturedChanges.ChangeRow>>()
  for (const change of changes) {
    const group = groups.get(change.key)
    if (group === undefined) groups.set(change.key, [change])
    else group.push(change)
  }
  return groups
}

/** The plan for the changes of a key, one after another; fails when they do not continue each other and the stored row. */
const planChanges = (
  { map }: SourceTable.SourceTable,
  key: string,
  changes: Changes
): Result.Result<Plan.Plan, string> =>
  Result.gen(function*() {
    const isSkipped = changes[0]!.skipped === true
    const first = SourceRow.decodeStored(changes[0]!)
    let stored = first
    const events: Array<NewEvent> = []
    for (const { after, before, captured_at, copies_after, copies_before, id } of changes) {
      const isPlain = !isSkipped && copies_before <= 1n && copies_after <= 1n
      if (!isPlain || before !== (stored?.row ?? null)) return yield* Result.fail("the row has to be read")
      if (before === after) continue
      const mapped = yield* map({ key, stored, after, at: captured_at, change: id })
      events.push(...mapped.events)
      stored = mapped.next
    }
    return stored === undefined || stored === first
      ? { _tag: "Unchanged", key, isSkipped }
      : Plan.write({ key, isSkipped, stored: first }, events, stored)
  })
