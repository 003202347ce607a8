/**
 * The laws of a log that goes back: an older copy of the store is restored under running projections, subscribers and
 * caches. They show the restored log, or fail; they never miss an event of it silently.
 */
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModelCache from "@refold/store/project/ReadModelCache"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import { waitUntil } from "../../kit/internal/WaitUntil.ts"
import * as Law from "../../kit/Law.ts"
import type * as Histories from "./Histories.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** The services under test. */
export type Stores = EventStore | EventReader | ReadModelStore | LogCopy

/** Events in the restored copy, lost events, and events that are appended afterwards. */
export interface LogCase {
  readonly shape: SampleProjections.Shape
  readonly kept: Histories.History
  readonly lost: Histories.History
  readonly later: ReadonlyArray<Histories.History>
  /** Which of the delivered events a subscriber resumes after, counted from 1. */
  readonly from: number
  readonly onLogChange: "resume" | "fail"
}

const reached = (projection: { readonly name: string }) =>
  Effect.gen(function*() {
    const checkpoint = yield* Effect.option((yield* ReadModelStore).live(projection.name))
    const head = yield* (yield* EventReader).head
    return { checkpoint: Option.getOrUndefined(checkpoint)?.checkpoint, head }
  })

/** The projection runs all the time. Rows and checkpoint are compared after each further part. */
export const projectionsFollowTheLog = Law.make<LogCase, Stores>(
  "a projection that runs while the log goes back has the rows of the log that is there",
  ({ kept, later, lost, shape }) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const appended = (entries: Histories.History) =>
        Effect.andThen(
          ProjectionRun.append(fresh, entries),
          waitUntil(Effect.map(reached(projection), ({ checkpoint, head }) => checkpoint === head))
        )
      yield* Effect.forkScoped(Projector.run(projection, ProjectionRun.batching))
      yield* appended(kept)
      const putBack = yield* (yield* LogCopy).take
      yield* appended(lost)
      yield* putBack
      const compared = yield* Effect.forEach([[], ...later], (entries) =>
        Effect.gen(function*() {
          yield* appended(entries)
          const { checkpoint, head } = yield* reached(projection)
          const log = yield* ProjectionRun.log(fresh)
          return {
            left: { rows: yield* ProjectionRun.observed(projection), at: checkpoint },
            right: { rows: ProjectionRun.refolded(projection, log), at: head }
          }
        }))
      return { left: compared.map(({ left }) => left), right: compared.map(({ right }) => right) }
    }))
)

/** Rows are read before the log goes back, when events were lost, and when as many others were appended. */
export const cachedAnswersAreOfTheLog = Law.make<LogCase, Stores>(
  "a cached reader answers as a reader without a cache when the log has gone back",
  ({ kept, later, lost, shape }) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const cached = yield* ReadModelCache.make(projection)
      const compared: Array<Law.Sides> = []
      const appended = Effect.fnUntraced(function*(entries: Histories.History) {
        yield* ProjectionRun.append(fresh, entries)
        yield* ProjectionRun.catchUp(projection)
        compared.push({ left: (yield* cached.query()).rows, right: yield* ProjectionRun.rows(projection) })
      })
      yield* appended(kept)
      const putBack = yield* (yield* LogCopy).take
      yield* appended(lost)
      yield* putBack
      for (const entries of later) yield* appended(entries)
      return { left: compared.map(({ left }) => left), right: compared.map(({ right }) => right) }
    })
)

/** The other projection begins when the log has gone back, so its generation may get the id of the one that is rebuilt. */
export const rebuildsKeepToTheirRows = Law.make<LogCase, Stores>(
  "a rebuild that runs while the log goes back changes no rows of another projection",
  ({ kept, later, shape }) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const rebuilt = SampleProjections.make(shape, { fresh, name: "rebuilt" })
      const other = SampleProjections.make({ keys: "stream", removes: false, poison: "Nothing" }, { fresh })
      yield* ProjectionRun.append(fresh, kept)
      const putBack = yield* (yield* LogCopy).take
      const goBack = Effect.gen(function*() {
        yield* putBack
        // For a store on which it waits without end.
        yield* Effect.timeout(ProjectionRun.catchUp(other), "10 seconds")
        yield* ProjectionRun.append(fresh, later.flat())
      })
      yield* Rebuild.rebuild(rebuilt, { ...ProjectionRun.batching, batchSize: 1 }).pipe(
        Stream.mapEffect((_, index) => index === 0 ? goBack : Effect.void),
        Stream.runDrain,
        // Its rows are gone.
        Effect.catchTag("EventStoreError", () => Effect.void)
      )
      yield* ProjectionRun.catchUp(other)
      return {
        left: yield* ProjectionRun.observed(other),
        right: ProjectionRun.refolded(other, yield* ProjectionRun.log(fresh))
      }
    })
)
