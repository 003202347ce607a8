/**
 * Streams that a projection has parked: an event could not be folded, and the projection skips it and all later events
 * of its stream. Retry the stream after a fix of the code, or discard the event.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as NewerEvents from "./internal/NewerEvents.ts"
import { type LockedPartition, type RetryFailure, retryParked } from "./internal/RetryParked.ts"
import * as Projector from "./Projector.ts"
import { type Batch, type DiscardedEvent, type NoRows, type ParkedStream, ReadModelStore } from "./ReadModelStore.ts"

/**
 * The parked streams of the live rows, ordered by the position of their poisoned events. A stream that several partitions by key have
 * parked is listed once for each of them.
 */
export const list = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ReadonlyArray<ParkedStream>, NoRows | EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  return yield* store.listParked((yield* store.live(name)).id)
})

/**
 * Retries the events of a parked stream, decoded and upcast again, in the live rows and in those of a rebuild. Returns
 * the stream if it is still parked, at the first event that failed; None if all its events were folded. Fails with
 * `NotParked` if the stream is not parked, and with `NewerSchemaVersion` if one of its events is newer than the code.
 */
export const retry = <Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  stream: StreamName
): Effect.Effect<Option.Option<ParkedStream>, RetryFailure, EventReader | ReadModelStore | R> =>
  retryParked(Projector.targetOf(runnable), stream, () => Effect.void)

/**
 * Discards the poisoned event of a parked stream and retries the later ones. The discard is recorded with its reason and
 * holds for every later rebuild of this projection. Returns what `retry` returns. Fails with `InvalidInput` for an empty
 * reason, for an inline projection (command handlers write its rows and do not read discards), and while a rebuild that
 * has folded the event is running; with `NotParked` if the stream is not parked.
 */
export const discard = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  stream: StreamName,
  reason: string
): Effect.fn.Return<Option.Option<ParkedStream>, RetryFailure, EventReader | ReadModelStore | R> {
  const problem = reason === "" ? "must not be empty" : Json.textProblem(reason)
  if (problem !== undefined) return yield* new InvalidInput({ field: "reason", rule: problem })
  if ("isInline" in runnable && runnable.isInline) {
    return yield* new InvalidInput({
      field: "projection",
      rule: "must not be inline: the event would still be in the state that handlers store as its row"
    })
  }
  return yield* retryParked(Projector.targetOf(runnable), stream, (parked, locked) =>
    Effect.gen(function*() {
      const { position, version } = parked.reduce((first, next) => next.position < first.position ? next : first)
      if (hasFolded(locked, position)) {
        const rule =
          "must not have its event discarded while a rebuild that has folded it is running: discard it afterwards"
        return yield* new InvalidInput({ field: "stream", rule })
      }
      // Discards belong to the projection, so any of its generations can record them.
      yield* locked[0]!.batch.discard([{ position, stream, version, reason }])
    }))
})

// True for a rebuild if a partition of it is at the event or after it, and none has parked the stream before the event.
const hasFolded = (locked: ReadonlyArray<LockedPartition>, position: Position): boolean => {
  const building = locked.filter(({ batch: { generation } }) => generation.status === "Building")
  const waits = new Set(
    building.flatMap(({ batch: { generation }, parked }) =>
      parked !== undefined && parked.position <= position ? [generation.id] : []
    )
  )
  return building.some(({ batch: { generation } }) => generation.checkpoint >= position && !waits.has(generation.id))
}

/** The discarded events of a projection, ordered by position. */
export const listDiscarded = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ReadonlyArray<DiscardedEvent>, EventStoreError, ReadModelStore> {
  return yield* (yield* ReadModelStore).listDiscarded(name)
})

/**
 * Parks a stream at an event that is newer than the code, for which the projection waits: all later events of other streams are
 * then folded without it. Newer code retries the stream when it starts to run; if rows are not keyed by stream it builds the
 * rows again instead. Fails with `InvalidInput` if the projection does not wait at an event of this stream.
 */
export const park = Effect.fnUntraced(function*(
  { name }: { readonly name: string },
  stream: StreamName
): Effect.fn.Return<void, InvalidInput | EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  const parked = yield* Effect.forEach(
    yield* store.generations(name),
    ({ id }) => store.updateAll(id, Effect.forEach((batch) => parkNewer(batch, stream)))
  )
  if (parked.some(Option.exists((partitions) => partitions.includes(true)))) return
  return yield* new InvalidInput({
    field: "stream",
    rule: "must be one at whose next event the projection waits for newer code"
  })
})

const parkNewer = Effect.fnUntraced(function*(batch: Batch, stream: StreamName) {
  const { checkpoint, newer, rate } = batch.generation
  if (newer?.stream !== stream) return false
  const { position, type, version } = newer
  const { message: reason } = NewerEvents.toError(newer)
  const parked = [{ stream, version, position, type, stage: "Newer" as const, reason, attempts: 1 }]
  yield* batch.save({ rows: [], removed: [], keepsNewer: false, parked, unparked: [], checkpoint, rate })
  return true
})
