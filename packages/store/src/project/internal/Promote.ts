/** Makes a generation the live one, after all its partitions have reached the head. */
import type { Position } from "@refold/core/event/Position"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import type { LogHead } from "../../log/LogHead.ts"
import { type Batch, ReadModelStore } from "../ReadModelStore.ts"
import type { BatchOptions, RetryBatch } from "./BatchOptions.ts"
import { foldAfter, type Folded } from "./FoldAfter.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { warnOfParked } from "./WarnOfParked.ts"

/** A partition that this transaction owns, with its progress. */
export interface Owned {
  readonly batch: Batch
  readonly checkpoint: Position
}

/** The progress after a promotion; undefined for partitions without events to fold. */
export interface Promoted {
  readonly isLive: boolean
  readonly rest?: { readonly now: LogHead; readonly folded: ReadonlyArray<Folded> } | undefined
}

/** Promotes the generation of these partitions, which are all that it has. */
export const promote = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  owned: readonly [Owned, ...ReadonlyArray<Owned>],
  options: BatchOptions
): Effect.fn.Return<Promoted, RetryBatch | ReadFailure, EventReader | R> {
  const [{ batch: first }] = owned
  if (yield* first.promote) return { isLive: true }
  // The live generation is ahead, and could stay ahead. This transaction blocks it here, so the events that it has in
  // addition are folded now.
  const now = yield* first.readHead
  const { claim, unreadable } = options
  // The event that the last attempt could not read is in one of the partitions.
  const failed = claim.partition
  const folded = yield* Effect.forEach(owned, ({ batch, checkpoint }) => {
    claim.partition = batch.partition
    const own = { ...options, unreadable: batch.partition === failed ? unreadable : undefined }
    return foldAfter(target, batch, checkpoint, { ...own, bound: now.position })
  })
  const isReached = folded.every(({ checkpoint }) => checkpoint >= now.position)
  return { isLive: isReached && (yield* first.promote), rest: { now, folded } }
})

/** As `promote`, of a generation with several partitions; false if it is gone. */
export const promoteAll = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: BatchOptions
): Effect.fn.Return<boolean, RetryBatch | ReadFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const promoted = yield* store.updateAll(generation, ([first, ...others]): Promoting<R> => {
    const owned = (batch: Batch): Owned => ({ batch, checkpoint: batch.generation.checkpoint })
    const { projection, version } = first.generation
    return projection === target.name && version === target.version
      ? promote(target, [owned(first), ...others.map(owned)], options)
      : Effect.succeed({ isLive: false })
  })
  if (Option.isNone(promoted)) return false
  const { isLive, rest } = promoted.value
  for (const { parked } of rest?.folded ?? []) yield* warnOfParked(target, parked)
  return isLive
})

type Promoting<R> = Effect.Effect<Promoted, RetryBatch | ReadFailure, EventReader | R>
