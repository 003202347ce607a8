/**
 * What every store promises to processes: whoever runs them, however many at once and whenever they are killed, each
 * command has its effect once, and nothing that was decided is lost.
 */
import * as View from "@refold/core/decide/View"
import * as PendingWork from "@refold/core/internal/process/PendingWork"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Coins from "./Coins.ts"
import * as CoinSteps from "./CoinSteps.ts"
import * as Effects from "./Effects.ts"

/** What the laws of runners are about. */
export type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

/** A saga of transfers, and what happens. */
export interface Played {
  readonly shape: Coins.Shape
  readonly steps: ReadonlyArray<CoinSteps.Step>
}

const play = Effect.fnUntraced(function*(kit: Coins.Kit, { shape, steps }: Played) {
  const world = Coins.make(kit, shape, yield* Fresh.make)
  yield* Coins.takeAll(world, steps)
  yield* Coins.settle(world)
  return world
})

const over = ["Succeeded", "Compensated", "CompensationFailed"]

/** What a saga holds that could not put back what it took is not lost: its state says so. */
export const coinsAreConserved = (kit: Coins.Kit = Coins.sound) =>
  Law.make<Played, Stores>(
    "no coin is lost or made and every transfer ends, whoever is killed at whatever moment",
    (played) =>
      Effect.gen(function*() {
        const world = yield* play(kit, played)
        const sagas = yield* Coins.sagas(world)
        const held = yield* Effect.forEach(sagas, ({ state }) => Effect.fromResult(state.state))
        const coins = [...yield* Coins.inEachJar(world), ...held.map(Coins.heldBy)]
        return {
          left: {
            coins: coins.reduce((sum, more) => sum + more, 0),
            underWay: sagas.map(({ state }) => state.pending.phase).filter((phase) => !over.includes(phase))
          },
          right: { coins: world.coins, underWay: [] }
        }
      })
  )

const effects = Effect.fnUntraced(function*({ jars, requested, saga, transfers }: Coins.World) {
  return {
    left: yield* Effects.stored([jars.category, transfers.category]),
    right: Effects.promised(yield* Effects.sent(saga, CoinSteps.numbers(requested).map(String)))
  }
})

/** Every event that a process has led to carries the key of its command. */
export const effectsHappenOnce = (kit: Coins.Kit = Coins.sound) =>
  Law.make<Played, Stores>(
    "each command of a process that succeeded has its effect once, and no other has any, whoever is killed",
    (played) => Effect.flatMap(play(kit, played), effects)
  )

/** The row and the pending work that it loaded are out of date when it wakes, and so may be the world. */
export const sleepersDoNoHarm = (kit: Coins.Kit = Coins.sound) =>
  Law.make<Played, Stores>(
    "a runner that slept while another went on has no effect that the process does not know of",
    (played) => Effect.flatMap(play(kit, played), effects)
  )

/** Transfers are still being asked for when they begin; they take their time, so that they find the same commands. */
export const twoRunnersAreOne = (kit: Coins.Kit = Coins.sound) =>
  Law.make<Played, Stores>("two runners at once end as one does", ({ shape, steps }) =>
    Effect.gen(function*() {
      const ends = yield* Effect.forEach([1, 2], (runners) =>
        Effect.gen(function*() {
          const world = Coins.make(kit, shape, yield* Fresh.make)
          const half = Math.ceil(steps.length / 2)
          yield* Coins.takeAll(world, steps.slice(0, half))
          const runner = Coins.run(Coins.beforeEachCommand(world, Effect.sleep(1)))
          const work = CoinSteps.numbers(runners).map(() => runner)
          yield* Effect.all([Coins.takeAll(world, steps.slice(half)), ...work], { concurrency: "unbounded" })
          yield* Coins.settle(world)
          return [yield* Coins.inEachJar(world), yield* phases(world)]
        }))
      return { left: ends[1], right: ends[0] }
    }))

const phases = (world: Coins.World) =>
  Effect.map(Coins.sagas(world), (sagas) => sagas.map(({ state }) => state.pending.phase))

/** By a query as an operator asks it, by a load as a runner does it, and by a fold of the record alone. */
export const rowsAreInstances = (kit: Coins.Kit = Coins.sound) =>
  Law.make<Played, Stores>(
    "the row of an instance holds the fold of its stream",
    (played) =>
      Effect.gen(function*() {
        const world = yield* play(kit, played)
        const { rows } = yield* ProcessInstances.query(world.saga)
        const folds = yield* Effect.forEach(rows, ({ state: { instance } }) =>
          Effect.all([
            Effect.map(State.load(world.saga.instances, instance), ({ state }) => state.pending),
            Effect.map(
              ProcessInstances.history(world.saga, instance),
              (history) => View.fold(PendingWork.view, history.map(({ event }) => event))
            )
          ]))
        return {
          left: rows.map(({ state: { pending } }) => [pending, pending]),
          right: folds
        }
      })
  )

/** The new code takes one coin more; what was decided before is recorded with its payload. */
export const recordedIsSent = (kit: Coins.Kit = Coins.sound) =>
  Law.make<Played, Stores>(
    "a new deployment sends what was recorded before it, as it was recorded",
    ({ shape, steps }) =>
      Effect.gen(function*() {
        const fresh = yield* Fresh.make
        const world = Coins.make(kit, shape, fresh)
        yield* Coins.takeAll(world, steps)
        yield* Projector.catchUp(ProcessRunner.observer(world.saga))
        yield* Coins.settle(Coins.redeployed(world))
        return yield* effects(world)
      })
  )
