/**
 * The laws of projectors: with any batch size, after any crash, and with concurrent owners, readers see the rows that
 * folding the log in memory gives.
 */
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as BatchCrash from "./BatchCrash.ts"
import type * as Histories from "./Histories.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** The services under test. */
export type Stores = EventStore | EventReader | ReadModelStore

/** A projection, and a log that grows in parts. */
export interface GrowingLog {
  readonly shape: SampleProjections.Shape
  readonly parts: ReadonlyArray<Histories.Part>
}

/** Compares the rows after each part. The batch size differs from part to part. */
export const anyBatchingIsRefold = Law.make(
  "a projection run in batches of any size has the rows of a refold",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const compared = yield* Effect.forEach(parts, ({ batchSize, entries }) =>
        Effect.gen(function*() {
          yield* ProjectionRun.append(fresh, entries)
          yield* ProjectionRun.catchUp(projection, batchSize)
          return [
            yield* ProjectionRun.observed(projection),
            ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))
          ]
        }))
      return { left: compared.map(([observed]) => observed), right: compared.map(([, refolded]) => refolded) }
    })
)

/** Batches of one row, and shapes whose events change several: the later rows of some events cannot be folded. */
export const partsAreWholeOrNothing = Law.make(
  "an event that is folded in parts changes all of its rows or none",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      yield* ProjectionRun.append(fresh, parts.flatMap(({ entries }) => entries))
      yield* ProjectionRun.catchUp(projection, 1)
      return {
        left: yield* ProjectionRun.observed(projection),
        right: ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))
      }
    })
)

/** A projection, a log, and a batch size. */
export interface ProjectedLog {
  readonly shape: SampleProjections.Shape
  readonly history: Histories.History
  readonly batchSize: number
}

/** Crashes during each batch in turn, at each moment of the batch; then another process continues. */
export const resumedIsRefold = Law.make(
  "a projection that is resumed after a crash at any moment has the rows of a refold",
  ({ batchSize, history, shape }: ProjectedLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      yield* ProjectionRun.append(fresh, history)
      const log = yield* ProjectionRun.log(fresh)
      const compared: Array<Law.Sides> = []
      for (const moment of BatchCrash.moments) {
        for (let n = 1, crashed = true; crashed; n++) {
          const projection = SampleProjections.make(shape, { fresh, name: `${n} ${moment}` })
          crashed = yield* BatchCrash.during(n, moment, ProjectionRun.catchUp(projection, batchSize))
          yield* ProjectionRun.catchUp(projection, batchSize)
          compared.push({
            left: yield* ProjectionRun.observed(projection),
            right: ProjectionRun.refolded(projection, log)
          })
        }
      }
      return { left: compared.map(({ left }) => left), right: compared.map(({ right }) => right) }
    })
)

const unbounded = { concurrency: "unbounded" } as const

const append = (fresh: FreshNames.FreshNames, parts: ReadonlyArray<Histories.Part>) =>
  Effect.forEach(parts, ({ entries }) => Effect.delay(ProjectionRun.append(fresh, entries), 1), { discard: true })

/** Two processes catch up concurrently and repeatedly while events are appended. */
export const oneOwnerAtATime = Law.make(
  "a projection that two processes run concurrently has the rows of a refold",
  ({ parts, shape }: GrowingLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const work = Effect.forEach(parts, ({ batchSize }) => ProjectionRun.catchUp(projection, batchSize), {
        discard: true
      })
      yield* Effect.all([work, work, append(fresh, parts)], unbounded)
      yield* ProjectionRun.catchUp(projection)
      return {
        left: yield* ProjectionRun.observed(projection),
        right: ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))
      }
    })
)

/** Two processes run the projection. Each append is awaited before its rows are read. */
export const ownWritesAreRead = Law.make(
  "after awaiting the position of an append, reads include its events",
  ({ parts, shape }: GrowingLog) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      yield* Effect.all(
        [1, 2].map((batchSize) => Projector.start(projection, { ...ProjectionRun.batching, batchSize }))
      )
      const compared: Array<Law.Sides> = []
      for (const { entries } of parts) {
        for (const commit of yield* ProjectionRun.commitsOf(fresh, entries)) {
          const appended = yield* RunPrograms.send(commit)
          const awaited = yield* Effect.result(ReadModel.awaitPosition(projection, appended, { timeout: "2 minutes" }))
          const { parked, rows } = ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))
          const own = appended.streams.map(({ stream }) => stream)
          const isParked = parked.some(({ stream }) => own.includes(stream))
          compared.push({
            left: [Result.isFailure(awaited) ? awaited.failure._tag : "Arrived", yield* ProjectionRun.rows(projection)],
            right: [isParked ? "StreamParked" : "Arrived", rows]
          })
        }
      }
      return { left: compared.map(({ left }) => left), right: compared.map(({ right }) => right) }
    }))
)

const appendAndProject = Effect.fnUntraced(function*(
  fresh: FreshNames.FreshNames,
  projection: SampleProjections.SampleProjection,
  { batchSize, history }: ProjectedLog
) {
  yield* ProjectionRun.append(fresh, history)
  yield* ProjectionRun.catchUp(projection, batchSize)
  const refolded = ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))
  const observed = yield* ProjectionRun.rows(projection)
  return [observed, refolded.rows].map(ProjectionRun.withoutPositions)
})

/** Compares rows without positions, which differ between adapters. */
export const adaptersHaveTheSameRows = (
  adapters: ReadonlyArray<readonly [name: string, stores: Effect.Effect<Context.Context<Stores>, unknown>]>
) =>
  Law.make<ProjectedLog>("the same history has the same rows in every adapter", (log) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const rows = appendAndProject(fresh, SampleProjections.make(log.shape, { fresh }), log)
      const found = yield* Effect.forEach(
        adapters,
        ([, stores]) => Effect.flatMap(stores, (context) => Effect.provide(rows, context))
      )
      return {
        left: adapters.map(([name], index) => [name, found[index]?.[0]]),
        right: adapters.map(([name]) => [name, found[0]?.[1]])
      }
    }))
