/**
 * The waiting events of one parked stream, tried again in the generations that have parked it: in one transaction, in
 * which all generations of the projection are held, so that what is decided for one holds for the others.
 */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { NotParked } from "../ProjectionError.ts"
import { type Batch, type Generation, type ParkedStream, ReadModelStore } from "../ReadModelStore.ts"
import { pace } from "./CatchUp.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { placeOf } from "./Step.ts"

/** A generation in our hands, and what it has parked of the stream. */
export interface Held {
  readonly batch: Batch
  readonly parked: ParkedStream | undefined
}

/** What is to be decided before the events are tried: of those generations of this version that have parked the stream. */
export type Decide = (
  parked: readonly [ParkedStream, ...ReadonlyArray<ParkedStream>],
  held: ReadonlyArray<Held>
) => Effect.Effect<void, ReadFailure>

/** Tries a stream in each generation of the target's version that has parked it. What is still parked, live ones first. */
export const tryParked = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  stream: StreamName,
  decide: Decide
): Effect.fn.Return<Option.Option<ParkedStream>, NotParked | ReadFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const generations = yield* store.generations(target.name)
  // In the order in which a generation that is promoted takes them, too.
  const order = ["Building", "Live"].flatMap((status) => generations.filter((one) => one.status === status))
  const tried = yield* holdAll(order, { target, stream, decide }, [])
  return Option.firstSomeOf(tried)
})

interface Asked<R> {
  readonly target: ProjectionTarget<R>
  readonly stream: StreamName
  readonly decide: Decide
}

type Tried<R> = Effect.Effect<
  ReadonlyArray<Option.Option<ParkedStream>>,
  NotParked | ReadFailure,
  EventReader | ReadModelStore | R
>

// One inside the other. All are held when it is decided; then each is worked on as the one that was taken last, for a
// generation may have tables in a namespace of its own.
const holdAll = <R>(order: ReadonlyArray<Generation>, asked: Asked<R>, held: ReadonlyArray<Held>): Tried<R> =>
  Effect.gen(function*() {
    const [first, ...rest] = order
    if (first === undefined) return yield* Effect.as(decideFor(asked, held), [])
    const store = yield* ReadModelStore
    const body = (batch: Batch): Tried<R> =>
      Effect.gen(function*() {
        const [parked] = yield* batch.parked([asked.stream])
        const others = yield* holdAll(rest, asked, [...held, { batch, parked }])
        if (parked === undefined || !isOwn(asked, { batch, parked })) return others
        return [...others, yield* tryIn(asked.target, batch, parked)]
      })
    const tried = yield* store.update(first.id, body, { wait: true })
    // It is gone.
    return Option.isSome(tried) ? tried.value : yield* holdAll(rest, asked, held)
  })

const isOwn = <R>({ target }: Asked<R>, { batch }: Held): boolean => batch.generation.version === target.version

const decideFor = <R>(
  asked: Asked<R>,
  held: ReadonlyArray<Held>
): Effect.Effect<void, NotParked | ReadFailure> => {
  const [first, ...others] = held.flatMap((one) => one.parked === undefined || !isOwn(asked, one) ? [] : [one.parked])
  return first === undefined
    ? new NotParked({ projection: asked.target.name, stream: asked.stream })
    : asked.decide([first, ...others], held)
}

// What is parked of the stream afterwards.
const tryIn = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  parked: ParkedStream
): Effect.fn.Return<Option.Option<ParkedStream>, ReadFailure, EventReader | R> {
  const { stream } = parked
  const { checkpoint, rate } = batch.generation
  const discarded = new Set(yield* batch.discarded(Position(parked.position - 1), checkpoint))
  let after = StreamVersion(parked.version - 1)
  for (;;) {
    const events = yield* readPage(target, stream, after, checkpoint)
    const outcome = yield* target.fold(batch, events.filter(({ position }) => !discarded.has(position)), new Set())
    const [poisoned] = outcome.poisoned
    const isDone = poisoned === undefined && events.length < pace.batchSize
    yield* batch.save({
      ...outcome,
      parked: poisoned === undefined ? [] : [{ ...placeOf(poisoned), attempts: attemptsAt(parked, poisoned) }],
      unparked: isDone ? [stream] : [],
      checkpoint,
      rate
    })
    if (isDone || poisoned !== undefined) return Option.fromUndefinedOr((yield* batch.parked([stream]))[0])
    after = events.at(-1)!.version
  }
})

const attemptsAt = ({ attempts, version }: ParkedStream, poisoned: PoisonedEvent): number =>
  poisoned.version === version ? attempts + 1 : 1

// Later events than the checkpoint come to the generation by themselves.
const readPage = Effect.fnUntraced(function*(
  { types }: Pick<ProjectionTarget, "types">,
  stream: StreamName,
  after: StreamVersion,
  checkpoint: Position
): Effect.fn.Return<ReadonlyArray<RecordedEvent>, ReadFailure, EventReader> {
  const reader = yield* EventReader
  const asOf = AsOf.position(checkpoint)
  return yield* Stream.runCollect(reader.readStream(stream, { after, asOf, types, limit: pace.batchSize }))
})
