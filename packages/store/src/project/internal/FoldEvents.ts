/** Folds the events of a batch: up to one that only newer code can fold, and one that cannot be read. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { reasonOf } from "@refold/core/internal/event/Reason"
import { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Effect from "effect/Effect"
import type { EventStoreError, UnreadableEvent } from "../../log/EventStoreError.ts"
import type { Batch, NewerEvent, ParkedStream } from "../ReadModelStore.ts"
import { type BatchOptions, RetryBatch } from "./BatchOptions.ts"
import * as NewerEvents from "./NewerEvents.ts"
import * as ParkingPolicy from "./ParkingPolicy.ts"
import type { Outcome, ProjectionTarget } from "./ProjectionTarget.ts"
import type { ReadBatch } from "./ReadBatch.ts"

/** The result of folding a batch. */
export interface FoldedEvents {
  readonly outcome: Outcome
  readonly parked: ReadonlyArray<Omit<ParkedStream, "parkedAt">>
  /** The position up to which all events are folded, or wait. */
  readonly checkpoint: Position
  /** The event before which it stopped, because newer code must fold it. */
  readonly newer: NewerEvent | undefined
}

/** Folds the events that were read after a position. Fails with `RetryBatch` if poisoned events are tried again. */
export const foldEvents = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  { end, events, unreadable }: ReadBatch,
  { after, waiting, ...options }: BatchOptions & {
    readonly after: Position
    readonly waiting: ReadonlySet<StreamName>
  }
): Effect.fn.Return<FoldedEvents, RetryBatch | EventStoreError, R> {
  const folded = yield* NewerEvents.foldBefore(target, batch, events, waiting, options)
  const { covered } = folded
  // An event that cannot be read is the last one: a batch that ends before it does not reach it.
  const isCut = covered < events.length
  const isMet = unreadable !== undefined && !isCut && !waiting.has(unreadable.stream) &&
    folded.poisoned.every(({ stream }) => stream !== unreadable.stream)
  const poisoned = isMet ? [...folded.poisoned, poison(target, unreadable)] : folded.poisoned
  const outcome = { ...folded, poisoned }
  if (poisoned.length > 0 && ParkingPolicy.isRetried(options, options.attempt))
    return yield* new RetryBatch({ poisoned })
  return {
    outcome,
    parked: poisoned.map((one) => ParkingPolicy.park(one, options.attempt)),
    checkpoint: isCut ? events[covered - 1]?.position ?? after : end,
    newer: NewerEvents.waitsAt(outcome)
  }
})

const poison = (
  { name }: { readonly name: string },
  { position, reason, stream, type, version }: UnreadableEvent
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage: "Event", reason: reasonOf(reason) })
