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
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Play from "../../log/internal/Play.ts"
import * as Crash from "./Crash.ts"
import type * as Histories from "./Histories.ts"
import * as Projections from "./Projections.ts"
import * as Rows from "./Rows.ts"

/** What the laws of projections are about. */
export type Stores = EventStore | EventReader | ReadModelStore

/** A projection, and a log that grows part by part. */
export interface Fed {
  readonly shape: Projections.Shape
  readonly parts: ReadonlyArray<Histories.Part>
}

/** The projection is looked at after each part, which it folds in batches of another size. */
export const anyBatchingIsRefold = Law.make(
  "a projection in any batches has the rows of a refold",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const compared = yield* Effect.forEach(parts, ({ batchSize, entries }) =>
        Effect.gen(function*() {
          yield* Rows.append(fresh, entries)
          yield* Rows.catchUp(projection, batchSize)
          return [yield* Rows.seen(projection), Rows.refolded(projection, yield* Rows.log(fresh))]
        }))
      return { left: compared.map(([seen]) => seen), right: compared.map(([, refolded]) => refolded) }
    })
)

/** A projection, a log, and batches of how many events. */
export interface Logged {
  readonly shape: Projections.Shape
  readonly history: Histories.History
  readonly batchSize: number
}

/** Each batch in turn is the one that dies, in each of the moments; then a new process goes on. */
export const resumedIsRefold = Law.make(
  "a projection whose owner is killed at any moment, and resumed, has the rows of a refold",
  ({ batchSize, history, shape }: Logged) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      yield* Rows.append(fresh, history)
      const log = yield* Rows.log(fresh)
      const compared: Array<Law.Sides> = []
      for (const moment of Crash.moments) {
        for (let n = 1, died = true; died; n++) {
          const projection = Projections.make(shape, { fresh, name: `${n} ${moment}` })
          died = yield* Crash.during(n, moment, Rows.catchUp(projection, batchSize))
          yield* Rows.catchUp(projection, batchSize)
          compared.push({ left: yield* Rows.seen(projection), right: Rows.refolded(projection, log) })
        }
      }
      return { left: compared.map(({ left }) => left), right: compared.map(({ right }) => right) }
    })
)

const unbounded = { concurrency: "unbounded" } as const

const append = (fresh: Fresh.Fresh, parts: ReadonlyArray<Histories.Part>) =>
  Effect.forEach(parts, ({ entries }) => Effect.delay(Rows.append(fresh, entries), 1), { discard: true })

/** Two catch up at the same time, again and again, while events are appended. */
export const oneOwnerAtATime = Law.make(
  "a projection that two processes run at once has the rows of a refold",
  ({ parts, shape }: Fed) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const work = Effect.forEach(parts, ({ batchSize }) => Rows.catchUp(projection, batchSize), { discard: true })
      yield* Effect.all([work, work, append(fresh, parts)], unbounded)
      yield* Rows.catchUp(projection)
      return { left: yield* Rows.seen(projection), right: Rows.refolded(projection, yield* Rows.log(fresh)) }
    })
)

/** Two processes run the projection all the while, and whoever appended waits for the rows before looking at them. */
export const ownWritesAreRead = Law.make(
  "who awaits what was appended reads rows that hold it",
  ({ parts, shape }: Fed) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      yield* Effect.all([1, 2].map((batchSize) => Projector.start(projection, { ...Rows.pace, batchSize })))
      const compared: Array<Law.Sides> = []
      for (const { entries } of parts) {
        for (const commit of yield* Rows.commitsOf(fresh, entries)) {
          const appended = yield* Play.send(commit)
          const awaited = yield* Effect.result(ReadModel.awaitPosition(projection, appended, { timeout: "15 seconds" }))
          const { parked, rows } = Rows.refolded(projection, yield* Rows.log(fresh))
          const own = appended.streams.map(({ stream }) => stream)
          const isParked = parked.some(({ stream }) => own.includes(stream))
          compared.push({
            left: [Result.isFailure(awaited) ? awaited.failure._tag : "Arrived", yield* Rows.rows(projection)],
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
        const fresh = yield* Fresh.make
        const projection = Projections.make(shape, { fresh })
        const rows = Effect.gen(function*() {
          yield* Rows.append(fresh, history)
          yield* Rows.catchUp(projection, batchSize)
          const refolded = Rows.refolded(projection, yield* Rows.log(fresh))
          return [Rows.placeless(yield* Rows.rows(projection)), Rows.placeless(refolded.rows)] as const
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
