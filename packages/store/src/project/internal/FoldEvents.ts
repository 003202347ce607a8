/**
 * Folds the events of a batch, up to the first that ends it: one that only newer code can fold, one that cannot be read, or one
 * with which it would change too many rows.
 */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { reasonOf } from "@refold/core/internal/event/Reason"
import { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Effect from "effect/Effect"
import type { EventStoreError, UnreadableEvent } from "../../log/EventStoreError.ts"
import type { Batch, NewerEvent } from "../ReadModelStore.ts"
import type { BatchOptions } from "./BatchOptions.ts"
import * as NewerEvents from "./NewerEvents.ts"
import type { Outcome, ProjectionTarget } from "./ProjectionTarget.ts"
import type { ReadBatch } from "./ReadBatch.ts"

/** What a batch has come to. */
export interface FoldedEvents extends Omit<Outcome, "covered" | "newer"> {
  /** The position up to which every event is folded, waiting or poisoned. */
  readonly checkpoint: Position
  /** The event at which the code waits. */
  readonly newer: NewerEvent | undefined
}

/** The events after a position, and the parked streams whose events wait. */
export interface EventsToFold extends ReadBatch {
  readonly after: Position
  readonly waiting: ReadonlySet<StreamName>
}

/** Folds events. An event that cannot be read is poisoned. */
export const foldEvents = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  { after, checkpoint: end, events, unreadable, waiting }: EventsToFold,
  limits: BatchOptions
): Effect.fn.Return<FoldedEvents, EventStoreError, R> {
  const { covered, ...outcome } = yield* NewerEvents.foldBefore(target, batch, events, { limits, waiting })
  const newer = NewerEvents.waitsAt(outcome)
  if (covered !== undefined) return { ...outcome, newer, checkpoint: events[covered - 1]!.position }
  if (outcome.newer !== undefined) {
    return { ...outcome, newer, checkpoint: NewerEvents.positionBefore(outcome.newer, events, after) }
  }
  if (unreadable === undefined) return { ...outcome, newer, checkpoint: end }
  const { stream } = unreadable
  const isWaiting = outcome.poisoned.some((one) => one.stream === stream) || (yield* batch.parked([stream])).length > 0
  const poisoned = isWaiting ? outcome.poisoned : [...outcome.poisoned, poison(target, unreadable)]
  return { ...outcome, poisoned, newer, checkpoint: end }
})

const poison = (
  { name }: Pick<ProjectionTarget, "name">,
  { position, reason, stream, type, version }: UnreadableEvent
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage: "Event", reason: reasonOf(reason) })
