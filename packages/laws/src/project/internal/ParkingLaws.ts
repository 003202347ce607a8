/** What every store of rows promises of streams that are parked: nothing passes a poisoned event, and nothing is lost. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Parked from "@refold/store/project/Parked"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Projections from "./Projections.ts"
import type { Fed } from "./ProjectorLaws.ts"
import * as Rows from "./Rows.ts"

const feed = Effect.fnUntraced(function*(projection: Projections.Made, fresh: Fresh.Fresh, parts: Fed["parts"]) {
  yield* Rows.catchUp(projection)
  for (const { batchSize, entries } of parts) {
    yield* Rows.append(fresh, entries)
    yield* Rows.catchUp(projection, batchSize)
  }
  return yield* Rows.log(fresh)
})

const parkedStreams = (projection: Projections.Made) =>
  Effect.map(Parked.list(projection), (parked) => parked.map(({ stream }) => stream))

type Waiting = ReadonlyArray<{ readonly stream: StreamName; readonly position: Position }>

const isWaiting = (parked: Waiting) => (event: RecordedEvent): boolean =>
  parked.some(({ position, stream }) => stream === event.stream && event.position >= position)

/** Also those of its events that come later. The repaired projection says what the rows must be without them. */
export const parkedStreamsWait = Law.make(
  "a poisoned event holds back the rest of its stream, and nothing else",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const waits = isWaiting(yield* Parked.list(projection))
      const repaired = Projections.make(Projections.repaired(shape), { fresh })
      return {
        left: yield* Rows.seen(projection),
        right: {
          rows: Rows.refolded(repaired, log.filter((event) => !waits(event))).rows,
          parked: Rows.refolded(projection, log).parked
        }
      }
    })
)

/** Each row holds events of one stream, so it does not matter that streams come back in another order. */
export const retriedIsRefold = Law.make(
  "streams retried by repaired code have the rows of a refold",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const repaired = Projections.make(Projections.repaired(shape), { fresh })
      yield* Effect.forEach(yield* parkedStreams(projection), (stream) => Parked.retry(repaired, stream))
      return { left: yield* Rows.seen(repaired), right: Rows.refolded(repaired, log) }
    })
)

/** Code that is as broken as before tries again, twice; only how often it tried has changed. */
export const failedRetryLosesNothing = Law.make(
  "a retry that fails again leaves rows and parked streams as they were, and says how often it was tried",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      yield* feed(projection, fresh, parts)
      const before = yield* Rows.seen(projection)
      const streams = yield* parkedStreams(projection)
      const retryAll = Effect.forEach(streams, (stream) => Parked.retry(projection, stream))
      yield* retryAll
      const last = yield* retryAll
      const attempts = last.map(Option.map(({ attempts }) => attempts))
      return {
        left: [yield* Rows.seen(projection), attempts],
        right: [before, streams.map(() => Option.some(3))]
      }
    })
)

// Until nothing is parked any more; so many times at most.
const discardAll = Effect.fnUntraced(function*(projection: Projections.Made, times: number) {
  for (let n = 0; n < times; n++) {
    const [stream] = yield* parkedStreams(projection)
    if (stream === undefined) break
    yield* Parked.discard(projection, stream, `it is number ${n}`)
  }
  return new Set((yield* Parked.listDiscarded(projection)).map(({ position }) => position))
})

/** One poisoned event after the other is discarded, until all streams have come back. */
export const discardedEventsAreLeftOut = Law.make(
  "streams whose poisoned events are discarded have the rows of a refold without those",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const discarded = yield* discardAll(projection, log.length)
      const { rows } = Rows.refolded(projection, log, discarded)
      return { left: yield* Rows.seen(projection), right: { rows, parked: [] } }
    })
)

/** Of the same version and of the next, whatever their rows are. */
export const rebuildsHonourDiscards = Law.make(
  "what was discarded stays out of every rebuild",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const log = yield* feed(projection, fresh, parts)
      const discarded = yield* discardAll(projection, log.length)
      const rebuilds = [projection, Projections.make(Projections.repaired(shape), { fresh, version: 2 })]
      const seen = yield* Effect.forEach(rebuilds, (rebuilt) =>
        Effect.andThen(Stream.runDrain(Rebuild.rebuild(rebuilt, Rows.pace)), Rows.seen(rebuilt)))
      return {
        left: seen,
        right: rebuilds.map((rebuilt) =>
          Rows.refolded(rebuilt, log, discarded)
        )
      }
    })
)
