/** Stores what was planned for many keys, in the caller's transaction: events, and what is remembered of their rows. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import type * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type { Parameters } from "../SqlFile.ts"
import type { Plan, Skip, Write } from "./Plan.ts"
import * as Skipping from "./Skipping.ts"
import type { Source } from "./Source.ts"

/** How much was stored. */
export interface Tally {
  readonly seeded: number
  readonly changed: number
  readonly removed: number
  readonly events: number
}

/** How much was stored, and which keys were listed instead. */
export interface Stored extends Tally {
  readonly skipped: ReadonlySet<string>
}

/** Carries plans out; each key stands in one of them. Those whose stream is not as it was left are listed instead. */
export const store = Effect.fnUntraced(function*(
  source: Source,
  id: number,
  plans: ReadonlyArray<Plan>
): Effect.fn.Return<Stored, EventStoreError | SqlError.SqlError> {
  const writes = plans.filter((plan) => plan._tag === "Write")
  const refused = yield* append(source, writes.filter(({ events }) => events.length > 0))
  const stored = writes.filter((write) => !refused.has(write))
  if (stored.length > 0) yield* remember(source, id, stored)
  const skips = [...plans.filter((plan) => plan._tag === "Skip"), ...refused.values()]
  yield* Skipping.save(source.query, id, skips)
  const settled = [...stored, ...plans.filter((plan) => plan._tag === "Settled")]
  yield* Skipping.forget(source.query, id, settled.filter(({ isSkipped }) => isSkipped).map(({ key }) => key))
  return { ...tally(stored), skipped: new Set(skips.map(({ key }) => key)) }
})

const remember = ({ query }: Source, id: number, writes: ReadonlyArray<Write>) =>
  query("save_rows", {
    id,
    keys: writes.map(({ key }) => key),
    streams: writes.map(({ known }) => known.stream ?? ""),
    versions: writes.map(({ known }) => BigInt(known.version)),
    rows: writes.map(({ known }) => known.row ?? "")
  })

/** Counts what plans come to. */
export const tally = (writes: ReadonlyArray<Write>): Tally => {
  const count = (kind: Write["kind"]) => writes.filter((write) => write.kind === kind).length
  const events = writes.reduce((sum, write) => sum + write.events.length, 0)
  return { seeded: count("seeded"), changed: count("changed"), removed: count("removed"), events }
}

interface RefusedRow {
  readonly write: number
  readonly actual: bigint
  readonly known_event: string | null
}

/** Appends to the stream of each key: a write that is refused, and listed for that, leaves the others alone. */
const append = Effect.fnUntraced(function*(
  { query }: Source,
  writes: ReadonlyArray<Write>
): Effect.fn.Return<ReadonlyMap<Write, Skip>, EventStoreError | SqlError.SqlError> {
  if (writes.length === 0) return new Map()
  const { toWire } = yield* WireTransform
  // Each write has at least one.
  const events = writes.flatMap(({ events }) => events) as unknown as Arr.NonEmptyReadonlyArray<NewEvent>
  const refused = yield* query<RefusedRow>("append_each", {
    streams: writes.map(({ known }) => known.stream),
    expected: writes.map(({ expected }) => BigInt(expected)),
    event_writes: writes.flatMap(({ events }, index) => events.map(() => index + 1)),
    event_versions: writes.flatMap(({ events, expected }) => events.map((_, index) => BigInt(expected + index + 1))),
    ...columnsOf(yield* toWire(events))
  })
  return new Map(refused.map((row) => {
    const write = writes[row.write - 1]!
    return [write, { _tag: "Skip", key: write.key, rows: 1, reason: reasonOf(write, row) }]
  }))
})

const columnsOf = (events: ReadonlyArray<NewEvent>): Parameters => ({
  ids: events.map(({ id }) => id),
  types: events.map(({ type }) => type),
  schema_versions: events.map(({ schemaVersion }) => schemaVersion),
  data: events.map(({ data }) => JSON.stringify(data)),
  metadata: events.map(({ metadata }) => JSON.stringify(metadata)),
  occurred_at: events.map(({ occurredAt }) => DateTime.toDateUtc(occurredAt))
})

const reasonOf = (write: Write, { actual, known_event }: RefusedRow): string =>
  known_event !== null && Number(actual) === write.expected
    ? `its event ${known_event} exists already, in another stream`
    : conflict(write, actual)

/** Why nothing can be written to a stream that is at another version than it was left at. */
export const conflict = ({ expected, known: { stream } }: Write, version: bigint): string =>
  expected === 0
    ? `stream "${stream}" exists already`
    : `stream "${stream}" is at version ${version}, and was left at ${expected}: somebody else writes to it`
