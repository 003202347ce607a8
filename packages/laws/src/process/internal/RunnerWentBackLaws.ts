/** The law of process runners that run while the log goes back: the events in the log take effect, once. */
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import { waitUntil } from "../../kit/internal/WaitUntil.ts"
import * as Law from "../../kit/Law.ts"
import * as CommandEffects from "./CommandEffects.ts"
import type * as RunnerLaws from "./RunnerLaws.ts"
import * as TransferRun from "./TransferRun.ts"
import * as TransferScript from "./TransferScript.ts"

/** The services under test. */
export type Stores = RunnerLaws.Stores | LogCopy

/** Transfers in the restored copy, lost transfers, and transfers that are requested afterwards. */
export interface RunnerCase {
  readonly shape: TransferRun.Shape
  readonly kept: ReadonlyArray<TransferScript.Step>
  readonly lost: ReadonlyArray<TransferScript.Step>
  readonly later: ReadonlyArray<TransferScript.Step>
  /** Whether the runner has done all its work when the log goes back. */
  readonly isIdle: boolean
}

const ended = ["Succeeded", "Compensated", "CompensationFailed"]

const isDone = (run: TransferRun.TransferRun) =>
  Effect.map(
    TransferRun.sagaInstances(run),
    (sagas) => sagas.every(({ state: { pending } }) => ended.includes(pending.phase) && pending.commands.length === 0)
  )

/** Transfers and instances that are lost and those that come after them have the same ids. */
export const runnersFollowTheLog = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<RunnerCase, Stores>(
    "a runner that runs while the log goes back ends the transfers that are in the log, each with its effects once",
    ({ isIdle, kept, later, lost, shape }) =>
      Effect.scoped(Effect.gen(function*() {
        const run = TransferRun.make(implementation, shape, yield* FreshNames.make)
        // It has begun when the log is copied: a runner that finds no store at its start fails.
        yield* ProcessRunner.start(run.saga, {
          handlers: [implementation.handlerOf(run.jars), implementation.handlerOf(run.transfers)],
          pollInterval: "20 millis"
        })
        yield* TransferRun.runSteps(run, kept)
        yield* waitUntil(isDone(run))
        const { requested } = run
        const putBack = yield* (yield* LogCopy).take
        yield* TransferRun.runSteps(run, lost)
        if (isIdle) yield* waitUntil(isDone(run))
        yield* putBack
        run.requested = requested
        yield* TransferRun.runSteps(run, later)
        yield* waitUntil(isDone(run))
        const sent = yield* CommandEffects.sent(run.saga, TransferScript.numbers(run.requested).map(String))
        const sagas = yield* TransferRun.sagaInstances(run)
        return {
          left: {
            effects: yield* CommandEffects.stored([run.jars.category, run.transfers.category]),
            unfinished: sagas.map(({ state }) => state.pending.phase).filter((phase) => !ended.includes(phase))
          },
          right: { effects: CommandEffects.expected(sent), unfinished: [] }
        }
      }))
  )
