/**
 * Folding events into a projection's rows, batch by batch, so that any batching gives the same rows. An event that
 * cannot be folded is poisoned: it and all later events of its stream wait, and other streams go on.
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Json } from "../event/Json.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { Position } from "../event/Position.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import { type Envelope, type Projection, removed } from "./Projection.ts"

/** A row as it is stored, and the place of the last event in it: its position, and its version in its own stream. */
export interface StoredRow {
  readonly key: string
  /** The encoded state. */
  readonly state: Json
  readonly position: Position
  readonly version: StreamVersion
}

/** Where folding an event went wrong: reading it, `keys`, reading a row stored earlier, or `evolve` and its result. */
export type Stage = "Event" | "Keys" | "Row" | "Evolve"

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
    return `projection "${this.projection}" cannot fold event ${this.version} of stream "${this.stream}" (${this.type}): ${this.reason}`
  }
}

/** An event that was read, and the rows that it touches. */
export interface Prepared<Event> {
  readonly event: Event
  readonly type: string
  readonly envelope: Envelope
  readonly keys: ReadonlyArray<string>
}

/** What a batch made of the rows, and the first poisoned event of each stream that has one. */
export interface Folded {
  /** By key, each row that changed; undefined where it was removed. */
  readonly changed: ReadonlyMap<string, StoredRow | undefined>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  /** How many events were folded. */
  readonly folded: number
}

type Tagged = { readonly _tag: string }
// What folding needs of a projection. Functions that only read one can then take any.
type Folding<Event extends Tagged, State> = Projection<Event, State, string>

/** Whether a projection reads an event: its type is one of the codec's, its stream in one of the categories. */
export const reads = (
  { categories, types }: Pick<Projection<never, unknown>, "categories" | "types">,
  event: RecordedEvent
): boolean => types.includes(event.type) && (categories?.includes(StreamName.category(event.stream)) ?? true)

/** Reads an event and asks which rows it touches. */
export const prepare = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  recorded: RecordedEvent
): Result.Result<Prepared<Event>, PoisonedEvent> => {
  const { data: _data, schemaVersion: _version, type, ...envelope } = recorded
  const event = projection.events.decode(recorded)
  if (Result.isFailure(event)) return poisoned(projection, recorded, "Event", event.failure.message)
  const keys = Result.flatMap(attempt(() => projection.keys(event.success, envelope)), checkKeys)
  if (Result.isFailure(keys)) return poisoned(projection, recorded, "Keys", keys.failure)
  return Result.succeed({ event: event.success, type, envelope, keys: keys.success })
}

/**
 * Folds a batch, in the order of the log, over the rows that its events touch. Events of the `parked` streams wait.
 */
export const foldBatch = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  stored: ReadonlyMap<string, StoredRow>,
  batch: ReadonlyArray<Result.Result<Prepared<Event>, PoisonedEvent>>,
  parked: ReadonlySet<StreamName.StreamName> = new Set()
): Folded => {
  const changed = new Map<string, StoredRow | undefined>()
  const rowOf = (key: string) => changed.has(key) ? changed.get(key) : stored.get(key)
  const start = startOf(projection)
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

/** The rows, and what is poisoned, after these events of the log and no others. `discarded` are left out. */
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

type Change = readonly [key: string, row: StoredRow | undefined]

// All rows that one event touches, or none: a row that is poisoned leaves the others as they were.
const changesOf = <Event extends Tagged, State>(
  projection: Folding<Event, State>,
  start: () => Result.Result<State, string>,
  rowOf: (key: string) => StoredRow | undefined,
  prepared: Prepared<Event>
): Result.Result<ReadonlyArray<Change>, PoisonedEvent> => {
  const { envelope, keys, type } = prepared
  const changes: Array<Change> = []
  for (const key of keys) {
    const row = rowOf(key)
    // A handler wrote the row together with its events, ahead of this batch.
    if (projection.isKeyedByStream && row !== undefined && row.version >= envelope.version) continue
    const state = row === undefined ? start() : projection.decode(row.state)
    if (Result.isFailure(state)) return poisoned(projection, { ...envelope, type }, "Row", state.failure)
    const next = evolved(projection, state.success, key, prepared)
    if (Result.isFailure(next)) return poisoned(projection, { ...envelope, type }, "Evolve", next.failure)
    changes.push([key, next.success])
  }
  return Result.succeed(changes)
}

// Encodes each state at once, and the next event reads it from there. Else it would show, and only within a batch, what
// the schema refuses, drops or rounds, and what an `evolve` changed in place.
const evolved = <Event extends Tagged, State>(
  { encode, evolve }: Folding<Event, State>,
  state: State,
  key: string,
  { envelope, event }: Prepared<Event>
): Result.Result<StoredRow | undefined, string> => {
  const next = attempt(() => evolve(state, event, envelope, key))
  if (Result.isFailure(next)) return Result.fail(next.failure)
  if (next.success === removed) return Result.succeed(undefined)
  const encoded = encode(next.success)
  if (Result.isFailure(encoded)) return Result.fail(encoded.failure.message)
  return Result.succeed({ key, state: encoded.success, position: envelope.position, version: envelope.version })
}

// A copy, so that no row can change what the next one begins with; the state itself, where it does not fit its schema.
const startOf = <Event extends Tagged, State>(
  { decode, encode, initialState }: Folding<Event, State>
): () => Result.Result<State, string> => {
  const encoded = encode(initialState)
  return Result.isSuccess(encoded) ? () => decode(encoded.success) : () => Result.succeed(initialState)
}

const checkKeys = (keys: ReadonlyArray<string>): Result.Result<ReadonlyArray<string>, string> => {
  if (!Array.isArray(keys)) return Result.fail("keys must give a list")
  for (const [index, key] of keys.entries()) {
    const checked = NewEvent.checkName(key, `keys[${index}]`)
    if (Result.isFailure(checked)) return Result.fail(checked.failure.message)
  }
  return Result.succeed([...new Set(keys)])
}

const poisoned = (
  { name }: Pick<Projection<never, unknown>, "name">,
  { position, stream, type, version }: Pick<RecordedEvent, "stream" | "version" | "position" | "type">,
  stage: Stage,
  text: string
): Result.Result<never, PoisonedEvent> => {
  // Stores keep the reason: they must be able to hold it, and people to read it.
  const reason = text.slice(0, 2000).replaceAll("\u0000", "\ufffd").toWellFormed()
  return Result.fail(new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason }))
}

const attempt = <A>(run: () => A): Result.Result<A, string> => {
  try {
    return Result.succeed(run())
  } catch (error) {
    return Result.fail(`it threw ${String(error)}`)
  }
}
