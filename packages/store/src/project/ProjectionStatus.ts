/** The status of projections: checkpoint, lag, rate, parked streams, and the writers that hold readers back; also as metrics. */
import type { Position } from "@refold/core/event/Position"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadBound, type ReadFailure } from "../log/EventReader.ts"
import * as Polling from "../log/internal/Polling.ts"
import { type Generation, type NewerEvent, type ParkedStream, ReadModelStore } from "./ReadModelStore.ts"

/** The status of a projection. */
export interface ProjectionStatus {
  readonly projection: string
  /** The kind of the runnable with this name; undefined if it was never run. */
  readonly kind: "projection" | "process" | "consumer" | undefined
  /** The generation that queries read; None until the first build is done. */
  readonly live: Option.Option<GenerationStatus>
  /** The generation of a running rebuild, or of the first build. */
  readonly building: Option.Option<GenerationStatus>
  /** The last position that readers can see, and the writers that hold it back. */
  readonly bound: ReadBound
}

/** The status of a generation. */
export interface GenerationStatus {
  readonly version: number
  /** Its checkpoint. */
  readonly position: Position
  /**
   * Positions between the checkpoint and the last event of the log, including those that a running append holds back: see `bound`.
   * Positions may have gaps, so there may be fewer events.
   */
  readonly lag: number
  /**
   * The age in seconds of the first event after the checkpoint, by `recordedAt`. If the events after it are held back,
   * the age of the oldest transaction that holds them, which is at least theirs. 0 at the end of the log.
   */
  readonly lagSeconds: number
  /** Events folded per second, smoothed. */
  readonly rate: number
  /** The checkpoint as a fraction of the last position of the log, between 0 and 1. */
  readonly done: number
  /** The number of its partitions. All other fields are about all of them: `position` is that of the one that is furthest behind. */
  readonly partitions: number
  /** The parked streams; the projection is degraded if there are any. */
  readonly parked: ReadonlyArray<ParkedStream>
  /** The event before which it waits for newer code: only code that is too old for it has run since. None if it does not wait. */
  readonly newer: Option.Option<NewerEvent>
}

/** The status of the live rows, or of the first build if there are no live rows yet. None if the projection was never run. */
export const current = (
  { building, live }: Pick<ProjectionStatus, "building" | "live">
): Option.Option<GenerationStatus> => Option.orElse(live, () => building)

/** The status of a projection. One that was never run has neither a live nor a building generation. */
export const of = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ProjectionStatus, ReadFailure, EventReader | ReadModelStore> {
  const store = yield* ReadModelStore
  return yield* describe(name, yield* store.generations(name))
})

/** The status of every projection of the store, ordered by name. */
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

/**
 * `all` at an interval, 10 seconds by default. Also updates the metrics `refold_projection_lag`,
 * `refold_projection_lag_seconds`, `refold_projection_parked` and `refold_projection_waits`.
 */
export const watch = (
  every: Duration.Input = "10 seconds"
): Stream.Stream<ReadonlyArray<ProjectionStatus>, ReadFailure, EventReader | ReadModelStore> =>
  Stream.tick(every).pipe(Stream.mapEffect(() => Polling.untraced(all)), Stream.tap(Effect.forEach(measure)))

const describe = Effect.fnUntraced(function*(
  projection: string,
  generations: ReadonlyArray<Generation>
): Effect.fn.Return<ProjectionStatus, ReadFailure, EventReader | ReadModelStore> {
  const bound = yield* (yield* EventReader).bound
  const find = (status: Generation["status"]) =>
    Effect.forEach(
      Option.toArray(Option.fromUndefinedOr(generations.findLast((one) => one.status === status))),
      (generation) => statusOf(generation, bound)
    ).pipe(Effect.map(([found]) => Option.fromUndefinedOr(found)))
  const [one] = generations
  const kind = one && StoredDefinition.runnableKind(one.definition)
  return { projection, kind, live: yield* find("Live"), building: yield* find("Building"), bound }
})

const statusOf = Effect.fnUntraced(function*(
  { checkpoint, id, newer, parked, partitions, rate, version }: Generation,
  bound: ReadBound
): Effect.fn.Return<GenerationStatus, ReadFailure, EventReader | ReadModelStore> {
  const reader = yield* EventReader
  const store = yield* ReadModelStore
  const next = yield* Stream.runHead(reader.readAll({ after: checkpoint, limit: 1 }))
  const now = yield* DateTime.now
  const end = Math.max(bound.head, bound.last)
  const since = Option.orElse(Option.map(next, ({ recordedAt }) => recordedAt), () => heldSince(bound, checkpoint))
  const behind = Option.map(since, (time) => (now.epochMilliseconds - time.epochMilliseconds) / 1000)
  return {
    version,
    position: checkpoint,
    lag: Math.max(0, end - checkpoint),
    lagSeconds: Math.max(0, Option.getOrElse(behind, () => 0)),
    rate,
    done: end === 0 ? 1 : Math.min(1, checkpoint / end),
    partitions,
    parked: parked === 0 ? [] : yield* store.listParked(id),
    newer: Option.fromUndefinedOr(newer)
  }
})

// Events that are held back cannot be read, so their own age is not known.
const heldSince = ({ heldBackBy, last }: ReadBound, checkpoint: Position): Option.Option<DateTime.Utc> =>
  last > checkpoint ? Option.fromUndefinedOr(heldBackBy[0]?.since) : Option.none()

const lag = Metric.gauge("refold_projection_lag", { description: "positions behind the last event" })
const lagSeconds = Metric.gauge("refold_projection_lag_seconds", {
  description: "age of the first event after the checkpoint"
})
const parked = Metric.gauge("refold_projection_parked", { description: "parked streams" })
const waits = Metric.gauge("refold_projection_waits", { description: "1 while the rows wait for newer code" })

const measure = ({ projection, ...generations }: ProjectionStatus): Effect.Effect<void> =>
  Option.match(current(generations), {
    onNone: () => Effect.void,
    onSome: (status) =>
      Effect.all([
        Metric.update(Metric.withAttributes(lag, { projection }), status.lag),
        Metric.update(Metric.withAttributes(lagSeconds, { projection }), status.lagSeconds),
        Metric.update(Metric.withAttributes(parked, { projection }), status.parked.length),
        Metric.update(Metric.withAttributes(waits, { projection }), Option.isSome(status.newer) ? 1 : 0)
      ], { discard: true })
  })
