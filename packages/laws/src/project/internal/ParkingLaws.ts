/** The laws of parked streams: no event overtakes a poisoned event of its stream, and no event is lost. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Parked from "@refold/store/project/Parked"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import type { GrowingLog } from "./ProjectorLaws.ts"
import * as SampleProjections from "./SampleProjections.ts"

const feed = Effect.fnUntraced(
  function*(projection: SampleProjections.SampleProjection, fresh: FreshNames.FreshNames, parts: GrowingLog["parts"]) {
    yield* ProjectionRun.catchUp(projection)
    for (const { batchSize, entries } of parts) {
      yield* ProjectionRun.append(fresh, entries)
      yield* ProjectionRun.catchUp(projection, batchSize)
    }
    return yield* ProjectionRun.log(fresh)
  }
)

const parkedStreams = (projection: SampleProjections.SampleProjection) =>
  Effect.map(Parked.list(projection), (parked) => parked.map(({ stream }) => stream))

type ParkedStreams = ReadonlyArray<{ readonly stream: StreamName; readonly position: Position }>

const isParked = (parked: ParkedStreams) => (event: RecordedEvent): boolean =>
  parked.some(({ position, stream }) => stream === event.stream && event.position >= position)

/** Later events of the stream wait, too. The fixed projection gives the expected rows of the other events. */
export const parkedStreamsWait = Law.make(
  "a poisoned event parks its stream from that event on, and no other stream",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const waits = isParked(yield* Parked.list(projection))
      const repaired = SampleProjections.make(SampleProjections.repaired(shape), { fresh })
      return {
        left: yield* ProjectionRun.observed(projection),
        right: {
          rows: ProjectionRun.refolded(repaired, log.filter((event) => !waits(event))).rows,
          parked: ProjectionRun.refolded(projection, log).parked
        }
      }
    })
)

/** Each row has events of one stream, so the order in which streams are retried does not matter. */
export const retriedIsRefold = Law.make(
  "parked streams that are retried by fixed code have the rows of a refold",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const repaired = SampleProjections.make(SampleProjections.repaired(shape), { fresh })
      yield* Effect.forEach(yield* parkedStreams(projection), (stream) => Parked.retry(repaired, stream))
      return { left: yield* ProjectionRun.observed(repaired), right: ProjectionRun.refolded(repaired, log) }
    })
)

/** The same broken code retries twice. Only the number of attempts changes. */
export const failedRetryLosesNothing = Law.make(
  "a retry that fails leaves rows and parked streams unchanged and counts the attempt",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      yield* feed(projection, fresh, parts)
      const before = yield* ProjectionRun.observed(projection)
      const streams = yield* parkedStreams(projection)
      const retryAll = Effect.forEach(streams, (stream) => Parked.retry(projection, stream))
      yield* retryAll
      const last = yield* retryAll
      const attempts = last.map(Option.map(({ attempts }) => attempts))
      return {
        left: [yield* ProjectionRun.observed(projection), attempts],
        right: [before, streams.map(() => Option.some(3))]
      }
    })
)

// Until no stream is parked, at most this number of times.
const discardAll = Effect.fnUntraced(function*(projection: SampleProjections.SampleProjection, times: number) {
  for (let n = 0; n < times; n++) {
    const [stream] = yield* parkedStreams(projection)
    if (stream === undefined) break
    yield* Parked.discard(projection, stream, `discard ${n}`)
  }
  return new Set((yield* Parked.listDiscarded(projection)).map(({ position }) => position))
})

/** Discards one poisoned event after the other, until no stream is parked. */
export const discardedEventsAreLeftOut = Law.make(
  "streams whose poisoned events are discarded have the rows of a refold without those events",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const discarded = yield* discardAll(projection, log.length)
      const { rows } = ProjectionRun.refolded(projection, log, discarded)
      return { left: yield* ProjectionRun.observed(projection), right: { rows, parked: [] } }
    })
)

/** Rebuilds of the same version and of the next one. */
export const rebuildsHonourDiscards = Law.make(
  "discarded events stay excluded from every rebuild",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const discarded = yield* discardAll(projection, log.length)
      const rebuilds = [projection, SampleProjections.make(SampleProjections.repaired(shape), { fresh, version: 2 })]
      const observed = yield* Effect.forEach(rebuilds, (rebuilt) =>
        Effect.andThen(
          Stream.runDrain(Rebuild.rebuild(rebuilt, ProjectionRun.batching)),
          ProjectionRun.observed(rebuilt)
        ))
      return {
        left: observed,
        right: rebuilds.map((rebuilt) => ProjectionRun.refolded(rebuilt, log, discarded))
      }
    })
)
