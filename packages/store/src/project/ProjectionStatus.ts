/** How projections are doing: how far they are, how far behind, what they have parked, and what holds them back. */
import type { Position } from "@refold/core/event/Position"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadBound, type ReadFailure } from "../log/EventReader.ts"
import { type Generation, type ParkedStream, ReadModelStore } from "./ReadModelStore.ts"

/** How one projection is doing. */
export interface ProjectionStatus {
  readonly projection: string
  /** What readers see; None while the projection is filled for the first time. */
  readonly live: Option.Option<GenerationStatus>
  /** A rebuild that is under way, or the first filling. */
  readonly building: Option.Option<GenerationStatus>
  /** How far readers of the log may go, and who holds them back. */
  readonly bound: ReadBound
}

/** How one filling is doing. */
export interface GenerationStatus {
  readonly version: number
  readonly position: Position
  /** How many positions it is behind the head; about as many events, for positions have gaps. */
  readonly lag: number
  /** How long ago the first event that it has not passed was recorded, in seconds; 0 where there is none. */
  readonly lagSeconds: number
  /** Events folded in a second, of late. */
  readonly rate: number
  /** Of the way to the head, between 0 and 1. */
  readonly done: number
  /** Degraded, where there are any. */
  readonly parked: ReadonlyArray<ParkedStream>
}

/** How a projection is doing; of one that nobody ever ran, that it has no rows. */
export const of = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ProjectionStatus, ReadFailure, EventReader | ReadModelStore> {
  const store = yield* ReadModelStore
  return yield* describe(name, yield* store.generations(name))
})

/** How every projection is doing that was ever run on the store, by name. */
export const all: Effect.Effect<ReadonlyArray<ProjectionStatus>, ReadFailure, EventReader | ReadModelStore> = Effect
  .gen(
    function*() {
      const generations = yield* (yield* ReadModelStore).generations()
      const names = [...new Set(generations.map(({ projection }) => projection))].toSorted()
      return yield* Effect.forEach(
        names,
        (name) => describe(name, generations.filter(({ projection }) => projection === name))
      )
    }
  )

/** `all`, again and again, and as the metrics `refold_projection_lag`, `…_lag_seconds` and `…_parked`. */
export const watch = (
  every: Duration.Input = "10 seconds"
): Stream.Stream<ReadonlyArray<ProjectionStatus>, ReadFailure, EventReader | ReadModelStore> =>
  Stream.tick(every).pipe(Stream.mapEffect(() => all), Stream.tap(Effect.forEach(measure)))

const describe = Effect.fnUntraced(function*(
  projection: string,
  generations: ReadonlyArray<Generation>
): Effect.fn.Return<ProjectionStatus, ReadFailure, EventReader | ReadModelStore> {
  const bound = yield* (yield* EventReader).bound
  const find = (status: Generation["status"]) =>
    Effect.forEach(
      Option.toArray(Option.fromUndefinedOr(generations.findLast((one) => one.status === status))),
      (generation) => statusOf(generation, bound.head)
    ).pipe(Effect.map(([found]) => Option.fromUndefinedOr(found)))
  return { projection, live: yield* find("Live"), building: yield* find("Building"), bound }
})

const statusOf = Effect.fnUntraced(function*(
  { checkpoint, id, parked, rate, version }: Generation,
  head: Position
): Effect.fn.Return<GenerationStatus, ReadFailure, EventReader | ReadModelStore> {
  const reader = yield* EventReader
  const store = yield* ReadModelStore
  const next = yield* Stream.runHead(reader.readAll({ after: checkpoint, limit: 1 }))
  const now = yield* DateTime.now
  const behind = Option.map(next, ({ recordedAt }) => (now.epochMilliseconds - recordedAt.epochMilliseconds) / 1000)
  return {
    version,
    position: checkpoint,
    lag: Math.max(0, head - checkpoint),
    lagSeconds: Math.max(0, Option.getOrElse(behind, () => 0)),
    rate,
    done: head === 0 ? 1 : Math.min(1, checkpoint / head),
    parked: parked === 0 ? [] : yield* store.listParked(id)
  }
})

const lag = Metric.gauge("refold_projection_lag", { description: "positions behind the head" })
const lagSeconds = Metric.gauge("refold_projection_lag_seconds", { description: "age of the first event not passed" })
const parked = Metric.gauge("refold_projection_parked", { description: "streams that wait" })

const measure = ({ live, projection }: ProjectionStatus): Effect.Effect<void> =>
  Option.match(live, {
    onNone: () => Effect.void,
    onSome: (status) =>
      Effect.all([
        Metric.update(Metric.withAttributes(lag, { projection }), status.lag),
        Metric.update(Metric.withAttributes(lagSeconds, { projection }), status.lagSeconds),
        Metric.update(Metric.withAttributes(parked, { projection }), status.parked.length)
      ], { discard: true })
  })
