/**
 * The laws of process runners on every store: with concurrent runners, and after crashes and pauses, each command has its
 * effect once, and no decision is lost.
 */
import * as View from "@refold/core/decide/View"
import * as PendingWorkFold from "@refold/core/internal/process/PendingWorkFold"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Partitions from "@refold/store/project/Partitions"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as PartitionedRun from "../../project/internal/PartitionedRun.ts"
import * as CommandEffects from "./CommandEffects.ts"
import * as RowSummary from "./RowSummary.ts"
import * as TransferRun from "./TransferRun.ts"
import * as TransferScript from "./TransferScript.ts"

/** The services under test. */
export type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

/** A saga of transfers, and a script. */
export interface TransferCase {
  readonly shape: TransferRun.Shape
  readonly steps: ReadonlyArray<TransferScript.Step>
}

const runCase = Effect.fnUntraced(
  function*(implementation: TransferRun.Implementation, { shape, steps }: TransferCase) {
    const run = TransferRun.make(implementation, shape, yield* FreshNames.make)
    yield* TransferRun.runSteps(run, steps)
    yield* TransferRun.runToCompletion(run)
    return run
  }
)

const ended = ["Succeeded", "Compensated", "CompensationFailed"]

/** Coins held by a saga whose compensation failed count as well: its state lists them. */
export const coinsAreConserved = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<TransferCase, Stores>(
    "no coin is lost or created and every transfer ends, at whatever call a runner crashes",
    (script) =>
      Effect.gen(function*() {
        const run = yield* runCase(implementation, script)
        const sagas = yield* TransferRun.sagaInstances(run)
        const held = yield* Effect.forEach(sagas, ({ state }) => Effect.fromResult(state.state))
        const coins = [...yield* TransferRun.coinsInJars(run), ...held.map(TransferRun.coinsHeldBy)]
        return {
          left: {
            coins: coins.reduce((sum, more) => sum + more, 0),
            unfinished: sagas.map(({ state }) => state.pending.phase).filter((phase) => !ended.includes(phase))
          },
          right: { coins: run.coins, unfinished: [] }
        }
      })
  )

const effects = Effect.fnUntraced(function*({ jars, requested, saga, transfers }: TransferRun.TransferRun) {
  return {
    left: yield* CommandEffects.stored([jars.category, transfers.category]),
    right: CommandEffects.expected(yield* CommandEffects.sent(saga, TransferScript.numbers(requested).map(String)))
  }
})

/** Events are matched to commands by the command's key in their metadata. */
export const effectsHappenOnce = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<TransferCase, Stores>(
    "each command with a success as outcome has its effect once, and no other command has an effect",
    (script) => Effect.flatMap(runCase(implementation, script), effects)
  )

/** The row and the pending work of the paused runner are outdated when it continues. */
export const pausedRunnersHaveNoOtherEffect = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<TransferCase, Stores>(
    "a runner that pauses while another continues has no effect that the process does not record",
    (script) => Effect.flatMap(runCase(implementation, script), effects)
  )

/** Transfers are requested while they run, and each command is delayed, so that both find the same commands. */
export const twoRunnersEndAsOne = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<TransferCase, Stores>(
    "two concurrent runners end with the same result as one",
    ({ shape, steps }) =>
      Effect.gen(function*() {
        const ends = yield* Effect.forEach([1, 2], (runners) =>
          Effect.gen(function*() {
            const run = TransferRun.make(implementation, shape, yield* FreshNames.make)
            const half = Math.ceil(steps.length / 2)
            yield* TransferRun.runSteps(run, steps.slice(0, half))
            const runner = TransferRun.catchUp(TransferRun.beforeEachCommand(run, Effect.sleep(1)))
            const work = TransferScript.numbers(runners).map(() => runner)
            yield* Effect.all([TransferRun.runSteps(run, steps.slice(half)), ...work], { concurrency: "unbounded" })
            yield* TransferRun.runToCompletion(run)
            return [yield* TransferRun.coinsInJars(run), yield* phases(run)]
          }))
        return { left: ends[1], right: ends[0] }
      })
  )

const phases = (run: TransferRun.TransferRun) =>
  Effect.map(TransferRun.sagaInstances(run), (sagas) => sagas.map(({ state }) => state.pending.phase))

/** A script, the number of partitions of the observer, and the number of single events that they observe before it changes. */
export interface PartitionedTransfers extends TransferCase {
  readonly partitions: number
  readonly observed: number
}

/** The last transfer is requested after the number of partitions changes, which it does while the partitions are not at the same event. */
export const partitionsEndAsOne = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<PartitionedTransfers, Stores>(
    "a process observed in any number of partitions, changed at any time, ends with the same result as in one",
    ({ observed, partitions, shape, steps }) =>
      Effect.gen(function*() {
        const ends = yield* Effect.forEach([1, partitions], (number) =>
          Effect.gen(function*() {
            const run = TransferRun.make(implementation, shape, yield* FreshNames.make)
            const observer = ProcessRunner.observer(run.saga)
            yield* Projector.catchUp(observer)
            yield* Partitions.change(observer, number)
            const last = steps.length - 1
            yield* TransferRun.runSteps(run, steps.slice(0, last))
            if (number > 1) yield* PartitionedRun.advance(observer, observed, {})
            yield* Partitions.change(observer, number === 1 ? 1 : number + 1)
            yield* TransferRun.runSteps(run, steps.slice(last))
            yield* TransferRun.runToCompletion(run)
            return [yield* TransferRun.coinsInJars(run), yield* phases(run)]
          }))
        return { left: ends[1], right: ends[0] }
      })
  )

/** Compares the pending work in the queried row with the loaded state and with a fold of the stream. */
export const rowsMatchStreams = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<TransferCase, Stores>(
    "the row of an instance has the pending work of the fold of its stream, and whether it has ended",
    (script) =>
      Effect.gen(function*() {
        const run = yield* runCase(implementation, script)
        const { rows } = yield* ReadModel.query(run.saga.rows)
        const folds = yield* Effect.forEach(rows, ({ state: { instance } }) =>
          Effect.all([
            Effect.map(
              State.load(run.saga.instances, instance),
              ({ state: { pending, status } }) => ({ ...RowSummary.ofSaga(pending), status })
            ),
            Effect.map(
              ProcessInstances.history(run.saga, instance),
              (history) => RowSummary.ofSaga(View.fold(PendingWorkFold.view, history.map(({ event }) => event)))
            )
          ]))
        return {
          left: rows.map(({ state }) => [RowSummary.ofRow(state), RowSummary.ofRow(state)]),
          right: folds
        }
      })
  )

/** The new code takes one more coin. Commands that were decided before are recorded with their payload. */
export const recordedCommandsAreSent = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<TransferCase, Stores>(
    "a new deployment sends commands that were recorded before it as they were recorded",
    ({ shape, steps }) =>
      Effect.gen(function*() {
        const fresh = yield* FreshNames.make
        const run = TransferRun.make(implementation, shape, fresh)
        yield* TransferRun.runSteps(run, steps)
        yield* Projector.catchUp(ProcessRunner.observer(run.saga))
        yield* TransferRun.runToCompletion(TransferRun.redeployed(run))
        return yield* effects(run)
      })
  )
