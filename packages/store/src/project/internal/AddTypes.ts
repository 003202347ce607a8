/**
 * Adds event types to a generation of a process or consumer: its code has more of them than the code that has read the log so far. Events
 * of the added types are read alone, from the first one up to the checkpoint; then the generation has the new definition.
 * From the first batch on, code with fewer types is refused: instances hold events of types that it does not have.
 */
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as Effect from "effect/Effect"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import type { Batch, Generation } from "../ReadModelStore.ts"
import type { BatchOptions, RetryBatch } from "./BatchOptions.ts"
import type * as Checkpoint from "./Checkpoint.ts"
import { foldEvents } from "./FoldEvents.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { type ReadBatch, readBatch, type ReadOptions } from "./ReadBatch.ts"

/** Reads the next batch of the added events. The checkpoint that is returned is that of the addition. */
export const addTypes = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  options: BatchOptions
): Effect.fn.Return<Checkpoint.Reached, RetryBatch | ReadFailure, EventReader | R> {
  const { generation, head, partition } = batch
  const added = addition(target, generation)
  const { after } = added
  const read = yield* readBatch(target, batch, { ...options, ...added })
  const folding = yield* withoutWaiting(batch, read, generation.definition)
  const waiting = new Set<StreamName.StreamName>()
  const { checkpoint, newer, outcome, parked } = yield* foldEvents(target, batch, folding, {
    ...options,
    after,
    waiting
  })
  const { checkpoint: unchanged, rate } = generation
  yield* batch.save({ ...outcome, parked, unparked: [], checkpoint: unchanged, newer, rate })
  yield* checkpoint >= unchanged
    ? batch.redefine(target.definition)
    : batch.add({ definition: target.definition, checkpoint })
  const { failed, folded } = outcome
  return {
    partition,
    generation,
    head,
    checkpoint,
    folded,
    isLive: generation.status === "Live",
    newer,
    failed,
    parked
  }
})

/** The events that are read next for an addition: the added types, from the progress of the addition up to the checkpoint. */
export const addition = (
  target: Pick<ProjectionTarget, "categories" | "definition" | "startAfter" | "types">,
  generation: Generation
): Pick<ReadOptions, "after" | "bound" | "categories" | "types"> => ({
  ...addedBy(target, generation),
  // Another addition may be half done: a process ignores an event that it has observed before.
  after: generation.addition?.definition === target.definition
    ? generation.addition.checkpoint
    : target.startAfter?.(generation.checkpoint) ?? Position.start,
  bound: generation.checkpoint
})

// Without other categories only the added types are read.
const addedBy = ({ categories, types }: Pick<ProjectionTarget, "categories" | "types">, generation: Generation) => {
  const stored = StoredDefinition.parse(generation.definition)
  const isSame = JSON.stringify(stored.categories) === JSON.stringify(categories && [...new Set(categories)].toSorted())
  return { types: isSame ? types.filter((type) => !stored.types.includes(type)) : types, categories }
}

type Place = Pick<RecordedEvent, "stream" | "type" | "version">

const isAdded = (definition: string) => {
  const { categories, types } = StoredDefinition.parse(definition)
  return ({ stream, type }: Pick<Place, "stream" | "type">): boolean =>
    !types.includes(type) || !(categories?.includes(StreamName.category(stream)) ?? true)
}

// Only events from the parked one on wait: earlier ones of the stream were not read before.
const withoutWaiting = Effect.fnUntraced(function*(
  batch: Batch,
  { end, events, unreadable }: ReadBatch,
  definition: string
): Effect.fn.Return<ReadBatch, EventStoreError> {
  const all: ReadonlyArray<Place> = [...events, ...unreadable === undefined ? [] : [unreadable]]
  const parked = yield* batch.parked([...new Set(all.map(({ stream }) => stream))])
  const isNew = isAdded(definition)
  const isFolded = (event: Place) =>
    isNew(event) && !parked.some(({ stream, version }) => stream === event.stream && version <= event.version)
  return {
    events: events.filter(isFolded),
    unreadable: unreadable !== undefined && isFolded(unreadable) ? unreadable : undefined,
    end
  }
})
