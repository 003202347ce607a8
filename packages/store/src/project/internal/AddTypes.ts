/**
 * Adds event types to a generation of a process: its code has more of them than the code that has read the log so far. Events
 * of the added types are read alone, from the first one up to the checkpoint; then the generation has the new definition.
 * From the first batch on, code with fewer types is refused: instances hold events that it does not know.
 */
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as Effect from "effect/Effect"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import type { Batch } from "../ReadModelStore.ts"
import { type BatchOptions, RetryBatch } from "./BatchOptions.ts"
import type * as Checkpoint from "./Checkpoint.ts"
import { foldEvents } from "./FoldEvents.ts"
import * as ParkingPolicy from "./ParkingPolicy.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { readBatch } from "./ReadBatch.ts"

/** Reads the next batch of the added events. The checkpoint that is returned is that of the addition. */
export const addTypes = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  options: BatchOptions
): Effect.fn.Return<Checkpoint.Reached, RetryBatch | ReadFailure, EventReader | R> {
  const { generation, head } = batch
  const after = startOf(target, batch)
  const read = yield* readBatch(batch, {
    ...options,
    ...addedBy(target, batch),
    after,
    bound: generation.checkpoint
  })
  const events = yield* withoutWaiting(batch, read.events.filter(isAdded(generation.definition)))
  const { checkpoint, ...outcome } = yield* foldEvents(
    target,
    batch,
    { ...read, after, events, waiting: new Set() },
    options
  )
  if (outcome.poisoned.length > 0 && ParkingPolicy.isRetried(options, options.attempt)) {
    return yield* new RetryBatch(outcome)
  }
  const parked = outcome.poisoned.map((poisoned) => ParkingPolicy.park(poisoned, options.attempt))
  const { checkpoint: unchanged, rate } = generation
  yield* batch.save({ ...outcome, parked, unparked: [], checkpoint: unchanged, rate })
  yield* checkpoint >= unchanged
    ? batch.redefine(target.definition)
    : batch.add({ definition: target.definition, checkpoint })
  return {
    generation,
    head,
    checkpoint,
    folded: outcome.folded,
    isLive: generation.status === "Live",
    newer: outcome.newer
  }
})

// Other types may have been added half: a process ignores an event that it has observed before.
const startOf = <R>({ definition }: ProjectionTarget<R>, { generation: { addition } }: Batch): Position.Position =>
  addition?.definition === definition ? addition.checkpoint : Position.start

// Without other categories only the added types are read.
const addedBy = <R>({ categories, types }: ProjectionTarget<R>, { generation }: Batch) => {
  const stored = StoredDefinition.parse(generation.definition)
  const isSame = JSON.stringify(stored.categories) === JSON.stringify(categories && [...new Set(categories)].toSorted())
  return { types: isSame ? types.filter((type) => !stored.types.includes(type)) : types, categories }
}

const isAdded = (definition: string) => {
  const { categories, types } = StoredDefinition.parse(definition)
  return ({ stream, type }: RecordedEvent): boolean =>
    !types.includes(type) || !(categories?.includes(StreamName.category(stream)) ?? true)
}

// Only events from the parked one on wait: earlier ones of the stream were not read before.
const withoutWaiting = Effect.fnUntraced(function*(batch: Batch, events: ReadonlyArray<RecordedEvent>) {
  const parked = yield* batch.parked([...new Set(events.map(({ stream }) => stream))])
  return events.filter((event) =>
    !parked.some(({ stream, version }) => stream === event.stream && version <= event.version)
  )
})
