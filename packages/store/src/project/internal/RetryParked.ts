/**
 * Retries a parked stream in all generations that have parked it, in one transaction that locks all partitions of all generations of
 * the projection: the result is then the same for all of them.
 */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { NotParked } from "../ProjectionError.ts"
import { type Batch, type Generation, type ParkedStream, ReadModelStore } from "../ReadModelStore.ts"
import { defaults } from "./CatchUp.ts"
import * as NewerEvents from "./NewerEvents.ts"
import * as ParkingPolicy from "./ParkingPolicy.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** The errors of a retry; after each of them the stream is parked as before. */
export type RetryFailure = NotParked | NewerSchemaVersion | ReadFailure

/** A partition of a generation that this transaction has locked, and the stream if it is parked there. */
export interface LockedPartition {
  readonly batch: Batch
  readonly parked: ParkedStream | undefined
}

/** Run when all partitions are locked, before the events are tried; `parked` has one entry for each that is retried. */
export type BeforeRetry = (
  parked: readonly [ParkedStream, ...ReadonlyArray<ParkedStream>],
  locked: ReadonlyArray<LockedPartition>
) => Effect.Effect<void, ReadFailure>

/**
 * Retries a stream in the generations of the target's version. Returns the streams that are still parked, of the live one first. If events have
 * effects outside of the store, it uses several transactions, so that handled events are stored soon.
 */
export const retryParked = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  stream: StreamName,
  beforeRetry: BeforeRetry
): Effect.fn.Return<Option.Option<ParkedStream>, RetryFailure, EventReader | ReadModelStore | R> {
  let retried = yield* retryOnce(target, stream, beforeRetry)
  while (Option.exists(retried, isUnfinished)) {
    // Another program may have finished it.
    const next = retryOnce(target, stream, () => Effect.void)
    retried = yield* Effect.catchTag(next, "NotParked", () => Effect.succeedNone)
  }
  return retried
})

// Parked at an event that was not tried yet.
const isUnfinished = ({ attempts }: ParkedStream): boolean => attempts === 0

const retryOnce = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  stream: StreamName,
  beforeRetry: BeforeRetry
): Effect.fn.Return<Option.Option<ParkedStream>, RetryFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const generations = yield* store.generations(target.name)
  // The order in which a promotion locks generations, too.
  const order = ["Building", "Live"].flatMap((status) => generations.filter((one) => one.status === status))
  const retried = yield* lockAll(order, { target, stream, beforeRetry }, [])
  return Option.orElse(
    Option.firstSomeOf(retried.filter(Option.exists(isUnfinished))),
    () => Option.firstSomeOf(retried)
  )
})

interface Retry<R> {
  readonly target: ProjectionTarget<R>
  readonly stream: StreamName
  readonly beforeRetry: BeforeRetry
}

type Retried<R> = Effect.Effect<
  ReadonlyArray<Option.Option<ParkedStream>>,
  RetryFailure,
  EventReader | ReadModelStore | R
>

// Transactions are nested, and each generation is retried after the ones within it are done: a generation may have tables
// in a namespace of its own, and the adapter selects that of the innermost open one.
const lockAll = <R>(
  order: ReadonlyArray<Generation>,
  retry: Retry<R>,
  locked: ReadonlyArray<LockedPartition>
): Retried<R> =>
  Effect.gen(function*() {
    const [first, ...rest] = order
    if (first === undefined) return yield* Effect.as(runBefore(retry, locked), [])
    const store = yield* ReadModelStore
    const body = (batches: ReadonlyArray<Batch>): Retried<R> =>
      Effect.gen(function*() {
        const own = yield* Effect.forEach(
          batches,
          (batch) => Effect.map(batch.parked([retry.stream]), ([parked]): LockedPartition => ({ batch, parked }))
        )
        const others = yield* lockAll(rest, retry, [...locked, ...own])
        const retried = yield* Effect.forEach(
          own.filter((one) => isOwnVersion(retry, one)),
          ({ batch, parked }) => parked === undefined ? Effect.succeedNone : retryIn(retry.target, batch, parked)
        )
        return [...others, ...retried]
      })
    const retried = yield* store.updateAll(first.id, body)
    // None: the generation was dropped.
    return Option.isSome(retried) ? retried.value : yield* lockAll(rest, retry, locked)
  })

const isOwnVersion = <R>({ target }: Retry<R>, { batch: { generation } }: LockedPartition): boolean =>
  generation.projection === target.name && generation.version === target.version

const runBefore = <R>(
  retry: Retry<R>,
  locked: ReadonlyArray<LockedPartition>
): Effect.Effect<void, NotParked | ReadFailure> => {
  const [first, ...others] = locked.flatMap((one) =>
    one.parked === undefined || !isOwnVersion(retry, one) ? [] : [one.parked]
  )
  return first === undefined
    ? new NotParked({ projection: retry.target.name, stream: retry.stream })
    : retry.beforeRetry([first, ...others], locked)
}

// Returns the stream if it is still parked afterwards.
const retryIn = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  parked: ParkedStream
): Effect.fn.Return<Option.Option<ParkedStream>, NewerSchemaVersion | ReadFailure, EventReader | R> {
  const { stream } = parked
  const { checkpoint, rate } = batch.generation
  const discarded = new Set(yield* batch.discarded(Position(parked.position - 1), checkpoint))
  // A discarded event may be one that cannot be read.
  let after = StreamVersion(discarded.has(parked.position) ? parked.version : parked.version - 1)
  const size = target.isDrained === true ? drainedSize : defaults.batchSize
  for (;;) {
    // One more than is folded, for the event with which the next part begins.
    const events = yield* readPage(target, stream, { after, checkpoint, limit: size + 1 })
    const kept = events.slice(0, size).filter(({ position }) => !discarded.has(position))
    const outcome = yield* NewerEvents.foldBefore(target, batch, kept, new Set(), defaults)
    // Only newer code can fold the event, so the stream stays as it is.
    const newer = NewerEvents.waitsAt(outcome)
    if (newer !== undefined) return yield* NewerEvents.toError(newer)
    const { covered, poisoned: [poisoned] } = outcome
    const last = covered < kept.length ? kept[covered - 1] : events.slice(0, size).at(-1)
    const next = last === undefined ? undefined : events.find(({ version }) => version > last.version)
    const isUnfinished = target.isDrained === true && next !== undefined
    const parkedAgain = poisoned !== undefined
      ? [ParkingPolicy.parkAgain(parked, poisoned)]
      : isUnfinished
      ? [ParkingPolicy.parkAt(parked, next)]
      : []
    yield* batch.save({
      ...outcome,
      newer: batch.generation.newer,
      parked: parkedAgain,
      unparked: next === undefined && poisoned === undefined ? [stream] : [],
      checkpoint,
      rate
    })
    if (last === undefined || next === undefined || parkedAgain.length > 0) {
      return Option.fromUndefinedOr((yield* batch.parked([stream]))[0])
    }
    after = last.version
  }
})

// As many as a consumer handles in a batch by default.
const drainedSize = 100

// Events after the checkpoint are left to the next batches of the generation.
const readPage = Effect.fnUntraced(function*(
  { types }: Pick<ProjectionTarget, "types">,
  stream: StreamName,
  { after, checkpoint, limit }: { readonly after: StreamVersion; readonly checkpoint: Position; readonly limit: number }
): Effect.fn.Return<ReadonlyArray<RecordedEvent>, ReadFailure, EventReader> {
  const reader = yield* EventReader
  const asOf = AsOf.position(checkpoint)
  return yield* Stream.runCollect(reader.readStream(stream, { after, asOf, types, limit }))
})
