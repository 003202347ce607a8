/**
 * Folds events into a projection's rows, batch by batch; any batching gives the same rows. An event that cannot be
 * folded is poisoned and parks its stream: it and all later events of the stream wait, and other streams continue.
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Tagged } from "../event/EventType.ts"
import { printable } from "../event/internal/Printable.ts"
import { attempt, reasonOf } from "../event/internal/Reason.ts"
import type { Json } from "../event/Json.ts"
import type { Position } from "../event/Position.ts"
import { type Column, columns, type RecordedEvent } from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as InitialState from "./internal/InitialState.ts"
import * as RowKeys from "./internal/RowKeys.ts"
import { byStream, type Envelope, type Projection, removed } from "./Projection.ts"

/** A stored row, with the position of its last event and that event's version in its stream. */
export interface StoredRow {
  readonly key: string
  /** The encoded state. */
  readonly state: Json
  readonly position: Position
  readonly version: StreamVersion
}

/**
 * The step that failed. `Handle`: the handler of a consumer. `Newer`: an operator parked the stream at an event of a newer schema
 * version than the code knew.
 */
export type Stage = (typeof stages)[number]

/** All stages. */
export const stages = ["Event", "Keys", "Row", "Evolve", "Handle", "Newer"] as const

/** An event that a projection cannot fold. */
export class PoisonedEvent extends Data.TaggedError("PoisonedEvent")<{
  readonly projection: string
  readonly stream: StreamName.StreamName
  readonly version: StreamVersion
  readonly position: Position
  readonly type: string
  readonly stage: Stage
  readonly reason: string
}> {
  override get message(): string {
    return printable(
      `projection "${this.projection}" cannot fold event ${this.version} of stream "${this.stream}" (${this.type}): ${this.reason}`
    )
  }
}

/** A domain event with the keys of the rows that it changes. */
export interface PreparedPart<Event> {
  readonly event: Event
  readonly keys: ReadonlyArray<string>
}

/** A stored event with its domain events: usually one, none if its type is retired, several if its type is split. */
export interface Prepared<Event> {
  readonly parts: ReadonlyArray<PreparedPart<Event>>
  readonly type: string
  readonly envelope: Envelope
  /** The keys of all rows that the stored event changes. */
  readonly keys: ReadonlyArray<string>
}

/** The result of folding a batch: the changed rows, and the first poisoned event of each stream that has one. */
export interface Folded {
  /** The changed rows by key; undefined for a removed row. */
  readonly changed: ReadonlyMap<string, StoredRow | undefined>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  /** The number of folded events. */
  readonly folded: number
}

// A projection with any indexes.
type Folding<Event extends Tagged, State> = Projection<Event, State, string>

/** Whether a projection reads an event: its type is one of the codec's, its stream in one of the categories. */
export const reads = (
  { categories, types }: Pick<Projection<never, unknown>, "categories" | "types">,
  event: RecordedEvent
): boolean => types.includes(event.type) && (categories?.includes(StreamName.category(event.stream)) ?? true)

/**
 * The columns of events that a projection needs: all where a function declares the envelope as a parameter, or an upcaster
 * the stored event.
 */
export const columnsOf = <Event extends Tagged, State>(
  { events, evolve, keys }: Folding<Event, State>
): ReadonlyArray<Column> =>
  // A function without parameters may have them as `...rest`.
  (keys !== byStream && keys.length !== 1) || evolve.length < 1 || evolve.length > 2
    ? columns
    : [...new Set<Column>([...events.columns, "position"])]

/** Decodes a stored event and finds the keys of its rows. Fails with `PoisonedEvent`. */
export const prepare = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  recorded: RecordedEvent
): Result.Result<Prepared<Event>, PoisonedEvent> => {
  const envelope = envelopeOf(recorded)
  const events = projection.events.decode(recorded)
  if (Result.isFailure(events)) return poisoned(projection, recorded, "Event", events.failure.message)
  const parts: Array<PreparedPart<Event>> = []
  for (const event of events.success) {
    const keys = Result.flatMap(attempt(() => projection.keys(event, envelope)), RowKeys.check)
    if (Result.isFailure(keys)) return poisoned(projection, recorded, "Keys", keys.failure)
    parts.push({ event, keys: keys.success })
  }
  return Result.succeed({
    parts,
    type: recorded.type,
    envelope,
    keys: RowKeys.ofAll(projection, parts, envelope.stream)
  })
}

// A rest pattern would cost several times as much.
const envelopeOf = (recorded: RecordedEvent): Envelope => {
  const { id, metadata, occurredAt, position, recordedAt, stream, version } = recorded
  return { stream, version, position, id, metadata, occurredAt, recordedAt }
}

/**
 * Folds a batch, in the order of the log, into the stored rows with the keys of its events. Events of `parked` streams
 * wait.
 */
export const foldBatch = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  stored: ReadonlyMap<string, StoredRow>,
  batch: ReadonlyArray<Result.Result<Prepared<Event>, PoisonedEvent>>,
  parked: ReadonlySet<StreamName.StreamName> = new Set()
): Folded => {
  const changed = new Map<string, StoredRow | undefined>()
  const rowOf = (key: string) => changed.has(key) ? changed.get(key) : stored.get(key)
  const start = InitialState.copies(projection)
  const waiting = new Set(parked)
  const failures: Array<PoisonedEvent> = []
  let folded = 0
  for (const prepared of batch) {
    const { stream } = Result.isSuccess(prepared) ? prepared.success.envelope : prepared.failure
    if (waiting.has(stream)) continue
    const changes = Result.flatMap(prepared, (event) => changesOf(projection, start, rowOf, event))
    if (Result.isFailure(changes)) {
      failures.push(changes.failure)
      waiting.add(stream)
    } else {
      for (const [key, row] of changes.success) changed.set(key, row)
      folded++
    }
  }
  return { changed, poisoned: failures, folded }
}

/** Folds these events from the beginning, without those at `discarded` positions. */
export const refold = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  events: Iterable<RecordedEvent>,
  discarded: ReadonlySet<Position> = new Set()
): { readonly rows: ReadonlyMap<string, StoredRow>; readonly poisoned: ReadonlyArray<PoisonedEvent> } => {
  const batch = [...events]
    .filter((event) => reads(projection, event) && !discarded.has(event.position))
    .map((event) => prepare(projection, event))
  const { changed, poisoned } = foldBatch(projection, new Map(), batch)
  return { rows: new Map([...changed].flatMap(([key, row]) => row === undefined ? [] : [[key, row]])), poisoned }
}

type Changes = ReadonlyMap<string, StoredRow | undefined>

// All changes of one stored event, or none: if one row or one of its domain events fails, nothing changes.
const changesOf = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  start: () => Result.Result<State, string>,
  rowOf: (key: string) => StoredRow | undefined,
  prepared: Prepared<Event>
): Result.Result<Changes, PoisonedEvent> => {
  const { envelope, parts, type } = prepared
  if (parts.length === 0) return Result.succeed(movedOf(rowOf, prepared))
  const changes = new Map<string, StoredRow | undefined>()
  for (const { event, keys } of parts) {
    for (const key of keys) {
      const before = rowOf(key)
      // A command handler wrote the row together with its events, ahead of this batch.
      if (projection.isKeyedByStream && before !== undefined && before.version >= envelope.version) continue
      const row = changes.has(key) ? changes.get(key) : before
      const state = row === undefined ? start() : projection.decode(row.state)
      if (Result.isFailure(state)) return poisoned(projection, { ...envelope, type }, "Row", state.failure)
      const next = evolved(projection, state.success, key, { event, envelope })
      if (Result.isFailure(next)) return poisoned(projection, { ...envelope, type }, "Evolve", next.failure)
      changes.set(key, next.success)
    }
  }
  return Result.succeed(changes)
}

const movedOf = (
  rowOf: (key: string) => StoredRow | undefined,
  { envelope: { position, version }, keys }: Prepared<unknown>
): Changes =>
  new Map(keys.flatMap((key) => {
    const row = rowOf(key)
    return row === undefined || row.version >= version ? [] : [[key, { ...row, position, version }]]
  }))

// Each state is encoded, and the next event folds the decoded state. Otherwise the rows would depend on the batching
// where the schema drops or rounds something, or where `evolve` changes a state in place.
const evolved = <Event extends Tagged, State>(
  { encode, evolve }: Folding<Event, State>,
  state: State,
  key: string,
  { envelope, event }: { readonly event: Event; readonly envelope: Envelope }
): Result.Result<StoredRow | undefined, string> => {
  const next = attempt(() => evolve(state, event, envelope, key))
  if (Result.isFailure(next)) return Result.fail(next.failure)
  if (next.success === removed) return Result.succeed(undefined)
  const encoded = encode(next.success)
  if (Result.isFailure(encoded)) return Result.fail(encoded.failure.message)
  return Result.succeed({ key, state: encoded.success, position: envelope.position, version: envelope.version })
}

const poisoned = (
  { name }: Pick<Projection<never, unknown>, "name">,
  { position, stream, type, version }: Pick<RecordedEvent, "stream" | "version" | "position" | "type">,
  stage: Stage,
  text: string
): Result.Result<never, PoisonedEvent> => {
  const reason = reasonOf(text)
  return Result.fail(new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason }))
}
