/**
 * Turns captured changes into events. Where a key's changes continue what is remembered of it they are taken one by one;
 * else (a change was missed, a row was skipped, two rows share the key) its row is read as it is now.
 */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../../LegacyMapping.ts"
import type { CaughtUp, Failure, SwitchedOver } from "../../LegacyReport.ts"
import * as Pages from "./Pages.ts"
import * as Plan from "./Plan.ts"
import * as Sighting from "./Sighting.ts"
import * as Skipping from "./Skipping.ts"
import * as Source from "./Source.ts"
import * as Storing from "./Storing.ts"
import * as Transaction from "./Transaction.ts"

/** Empties the queue. */
export const catchUp = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<CaughtUp, Failure, SqlClient.SqlClient> {
  return yield* drain(yield* Source.open(mapping, "catchUp"))
})

/** Empties the queue again and again. */
export const follow = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>,
  { every = "200 millis" }: { readonly every?: Duration.Input | undefined } = {}
): Effect.fn.Return<never, Failure, SqlClient.SqlClient> {
  const source = yield* Source.open(mapping, "follow")
  return yield* Effect.forever(Effect.andThen(drain(source), Effect.sleep(every)))
})

/** As `catchUp`, once the legacy table is known; in the caller's transaction, if there is one. */
export const drain = Effect.fnUntraced(function*(source: Source.Source): Effect.fn.Return<CaughtUp, Failure> {
  let changes = 0
  let events = 0
  let skipped = 0
  for (;;) {
    const caught = yield* Transaction.atomically(source, batch(source))
    changes += caught.changes
    events += caught.events
    skipped += caught.skipped
    if (caught.changes < batchSize) return { changes, events, skipped }
  }
})

const batchSize = 500

/** A row of `read_changes`. */
interface ChangeRow extends Sighting.KnownColumns {
  readonly id: bigint
  readonly key: string | null
  /** The key of the row as the query has it; null where it has none. */
  readonly query_key: string | null
  readonly captured_at: Date
  readonly copies_before: bigint
  readonly before: string | null
  readonly copies_after: bigint
  readonly after: string | null
}

type BatchFailure = InvalidInput | SwitchedOver | EventStoreError | SqlError.SqlError

const batch = Effect.fnUntraced(function*(source: Source.Source): Effect.fn.Return<CaughtUp, BatchFailure> {
  const { query } = source
  const { id } = yield* Transaction.hold(source)
  const rows = yield* query<ChangeRow>("read_changes", { id, limit: batchSize })
  if (rows.length === 0) return { changes: 0, events: 0, skipped: 0 }
  if (rows.some(({ key, query_key }) => query_key !== null && query_key !== key)) {
    return yield* new InvalidInput({ field: "query", rule: "must hand the key on as it is in the table" })
  }
  const plans: Array<Plan.Plan> = []
  const unclear: Array<string> = []
  let without = 0
  for (const [key, changes] of byKey(rows)) {
    if (key === null) without = yield* Skipping.settleWithoutKey(query, id)
    else {
      const plan = chain(source, key, changes)
      if (Result.isSuccess(plan)) plans.push(plan.success)
      else unclear.push(key)
    }
  }
  const sightings = yield* Pages.readKeys(query, id, unclear)
  plans.push(...sightings.map((sighting) => Plan.ofSighting(source, sighting)))
  const { events, skipped } = yield* Storing.store(source, id, plans)
  // Of those that the rows include, some may not be in this batch.
  const changes = [...new Set([...rows.map(({ id }) => id), ...sightings.flatMap(({ changes }) => changes)])]
  yield* query("forget_changes", { changes })
  const left = rows.filter(({ key }) => key === null ? without > 0 : skipped.has(key))
  return { changes: rows.length, events, skipped: left.length }
})

// Map.groupBy is not there before Node 21.
const byKey = (rows: ReadonlyArray<ChangeRow>): ReadonlyMap<string | null, ReadonlyArray<ChangeRow>> => {
  const groups = new Map<string | null, Array<ChangeRow>>()
  for (const row of rows) {
    const group = groups.get(row.key)
    if (group === undefined) groups.set(row.key, [row])
    else group.push(row)
  }
  return groups
}

/** The changes of a key, one after another; fails where they do not continue one another and what is remembered. */
const chain = (
  { take }: Source.Source,
  key: string,
  changes: ReadonlyArray<ChangeRow>
): Result.Result<Plan.Plan, string> =>
  Result.gen(function*() {
    const isSkipped = changes[0]!.skipped === true
    const first = Sighting.decodeKnown(changes[0]!)
    let known = first
    const events: Array<NewEvent> = []
    for (const { after, before, captured_at, copies_after, copies_before, id } of changes) {
      const isClear = !isSkipped && copies_before <= 1n && copies_after <= 1n
      if (!isClear || before !== (known?.row ?? null)) return yield* Result.fail("the row is to be read")
      if (before === after) continue
      const stepped = yield* take({ key, known, after, at: captured_at, change: id })
      events.push(...stepped.events)
      known = stepped.known
    }
    return known === undefined || known === first
      ? { _tag: "Settled", key, isSkipped }
      : Plan.write({ key, isSkipped, known: first }, events, known)
  })
