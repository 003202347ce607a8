/**
 * What every store of rows promises of projections that follow the log: however it is cut into batches, whoever is
 * killed and whoever else is at it, readers see what folding the log again in memory gives.
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
import * as SampleProjections from "./SampleProjections.ts"
import * as ProjectionRun from "./ProjectionRun.ts"

/** What the laws of projections are about. */
export type Stores = EventStore | EventReader | ReadModelStore

/** A projection, and a log that grows part by part. */
export interface Fed {
  readonly shape: SampleProjections.Shape
  readonly parts: ReadonlyArray<Histories.Part>
}

/** The projection is looked at after each part, which it folds in batches of another size. */
export const anyBatchingIsRefold = Law.make(
  "a projection in any batches has the rows of a refold",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const compared = yield* Effect.forEach(parts, ({ batchSize, entries }) =>
        Effect.gen(function*() {
          yield* ProjectionRun.append(fresh, entries)
          yield* ProjectionRun.catchUp(projection, batchSize)
          return [yield* ProjectionRun.seen(projection), ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))]
        }))
      return { left: compared.map(([seen]) => seen), right: compared.map(([, refolded]) => refolded) }
    })
)

/** A projection, a log, and batches of how many events. */
export interface Logged {
  readonly shape: SampleProjections.Shape
  readonly history: Histories.History
  readonly batchSize: number
}

/** Each batch in turn is the one that dies, in each of the moments; then a new process goes on. */
export const resumedIsRefold = Law.make(
  "a projection whose owner is killed at any moment, and resumed, has the rows of a refold",
  ({ batchSize, history, shape }: Logged) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      yield* ProjectionRun.append(fresh, history)
      const log = yield* ProjectionRun.log(fresh)
      const compared: Array<Law.Sides> = []
      for (const moment of BatchCrash.moments) {
        for (let n = 1, died = true; died; n++) {
          const projection = SampleProjections.make(shape, { fresh, name: `${n} ${moment}` })
          died = yield* BatchCrash.during(n, moment, ProjectionRun.catchUp(projection, batchSize))
          yield* ProjectionRun.catchUp(projection, batchSize)
          compared.push({ left: yield* ProjectionRun.seen(projection), right: ProjectionRun.refolded(projection, log) })
        }
      }
      return { left: compared.map(({ left }) => left), right: compared.map(({ right }) => right) }
    })
)

const unbounded = { concurrency: "unbounded" } as const

const append = (fresh: FreshNames.Fresh, parts: ReadonlyArray<Histories.Part>) =>
  Effect.forEach(parts, ({ entries }) => Effect.delay(ProjectionRun.append(fresh, entries), 1), { discard: true })

/** Two catch up at the same time, again and again, while events are appended. */
export const oneOwnerAtATime = Law.make(
  "a projection that two processes run at once has the rows of a refold",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const work = Effect.forEach(parts, ({ batchSize }) => ProjectionRun.catchUp(projection, batchSize), { discard: true })
      yield* Effect.all([work, work, append(fresh, parts)], unbounded)
      yield* ProjectionRun.catchUp(projection)
      return { left: yield* ProjectionRun.seen(projection), right: ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh)) }
    })
)

/** Two processes run the projection all the while, and whoever appended waits for the rows before looking at them. */
export const ownWritesAreRead = Law.make(
  "who awaits what was appended reads rows that hold it",
  ({ parts, shape }: Fed) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      yield* Effect.all([1, 2].map((batchSize) => Projector.start(projection, { ...ProjectionRun.pace, batchSize })))
      const compared: Array<Law.Sides> = []
      for (const { entries } of parts) {
        for (const commit of yield* ProjectionRun.commitsOf(fresh, entries)) {
          const appended = yield* RunPrograms.send(commit)
          const awaited = yield* Effect.result(ReadModel.awaitPosition(projection, appended, { timeout: "15 seconds" }))
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

/** The services of an adapter, under the adapter's name. */
export type NamedStores = readonly [name: string, stores: Effect.Effect<Context.Context<Stores>, unknown>]

/** Rows without the places of each adapter's own log. */
export const adaptersHaveTheSameRows = (adapters: ReadonlyArray<NamedStores>) =>
  Law.make<Logged>(
    "the same history has the same rows in every adapter",
    ({ batchSize, history, shape }) =>
      Effect.gen(function*() {
        const fresh = yield* FreshNames.make
        const projection = SampleProjections.make(shape, { fresh })
        const rows = Effect.gen(function*() {
          yield* ProjectionRun.append(fresh, history)
          yield* ProjectionRun.catchUp(projection, batchSize)
          const refolded = ProjectionRun.refolded(projection, yield* ProjectionRun.log(fresh))
          return [ProjectionRun.placeless(yield* ProjectionRun.rows(projection)), ProjectionRun.placeless(refolded.rows)] as const
        })
        const found = yield* Effect.forEach(
          adapters,
          ([, stores]) => Effect.flatMap(stores, (context) => Effect.provide(rows, context))
        )
        return {
          left: found.map(([seen], index) => [adapters[index]![0], seen]),
          right: adapters.map(([name]) => [name, found[0]?.[1]])
        }
      })
  )
