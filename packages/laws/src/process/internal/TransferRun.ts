/** Runs a script of transfers on the store under test: jars and transfers with fresh names, and runners of their saga. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import type { Process } from "@refold/core/process/Process"
import type * as Saga from "@refold/core/process/Saga"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { Causation } from "@refold/store/log/Causation"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Sample from "../../kit/internal/Sample.ts"
import * as SkewedClock from "../../kit/internal/SkewedClock.ts"
import * as CrashPoint from "./CrashPoint.ts"
import * as Transfers from "./Transfers.ts"
import { numberOfJars, numbers, type Pause, type Step } from "./TransferScript.ts"

/** The saga and its runner. The tests of the laws replace parts by faulty ones. */
export interface Implementation {
  readonly transfers: typeof Transfers.make
  readonly handlerOf: <Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>
  ) => ProcessHandler.ProcessHandler<ProcessHandler.Services>
  readonly catchUp: <Event extends Tagged, State>(
    process: Process<Event, State>,
    options: ProcessRunner.Options<ProcessHandler.Services>
  ) => Effect.Effect<void, unknown, ProcessRunner.Services>
}

/** The implementation without faults. */
export const standard: Implementation = {
  transfers: Transfers.make,
  handlerOf: ProcessHandler.of,
  catchUp: ProcessRunner.catchUp
}

/** Options of the saga of a run. */
export type Shape = Pick<Transfers.Options, "confirmedByAnswer">

/** One run. */
export interface TransferRun {
  readonly implementation: Implementation
  readonly saga: Transfers.Transfers
  readonly jars: typeof Sample.aggregate
  readonly transfers: typeof Transfers.aggregate
  /** The number of requested transfers. */
  requested: number
  /** The coins added to jars minus those taken, without those that the saga moved. */
  coins: number
}

/** Makes jars, transfers and a saga with fresh names. */
export const make = (
  implementation: Implementation,
  { confirmedByAnswer }: Shape,
  fresh: FreshNames.FreshNames
): TransferRun => {
  const jars = { ...Sample.aggregate, category: fresh.text(`jar${FreshNames.placeholder}`) }
  const transfers = { ...Transfers.aggregate, category: fresh.text(`transfer${FreshNames.placeholder}`) }
  return {
    implementation,
    jars,
    transfers,
    saga: sagaOf(implementation, { confirmedByAnswer, jars, transfers }, fresh),
    requested: 0,
    coins: 0
  }
}

const sagaOf = (
  implementation: Implementation,
  options: Transfers.Options,
  fresh: FreshNames.FreshNames
): Transfers.Transfers =>
  implementation.transfers(fresh.text(`moves ${FreshNames.placeholder}`), {
    ...options,
    timeout: "1 hour",
    compensation: { attempts: 2 }
  })

/** The same run under a later deployment, whose saga takes one more coin. */
export const redeployed = (run: TransferRun): TransferRun => {
  const { jars, implementation, saga: { name }, transfers } = run
  const start: NonNullable<Transfers.Options["start"]> = (event, { stream }) => {
    if (event._tag !== "TransferRequested") return Option.none()
    const id = StreamName.id(stream)
    return Option.some({ id, data: { ...event, id, coins: event.coins + 1 } })
  }
  return { ...run, saga: implementation.transfers(name, { jars, transfers, start }) }
}

/** Starts a runner whose clock is ahead by this number of hours. It ends when nothing is left to do. */
export const catchUp = ({ jars, implementation, saga, transfers }: TransferRun, hours = 0) =>
  implementation.catchUp(saga, {
    handlers: [implementation.handlerOf(jars), implementation.handlerOf(transfers)],
    batchSize: 3
  }).pipe(
    SkewedClock.ahead({ hours })
  )

/** Performs a step. */
const runStep: (run: TransferRun, step: Step) => Effect.Effect<void, unknown, ProcessRunner.Services> = Effect
  .fnUntraced(function*(run, step) {
    switch (step._tag) {
      case "Request": {
        const { coins, from, to } = step
        const command = { _tag: "Request" as const, from: String(from), to: String(to), coins }
        yield* CommandHandler.make(run.transfers)(String(run.requested++), command)
        return
      }
      case "Handle": {
        const handled = yield* Effect.result(CommandHandler.make(run.jars)(String(step.jar), step.command))
        if (Result.isSuccess(handled))
          run.coins += handled.success.events.reduce((sum, event) => sum + worth(event), 0)
        return
      }
      case "Run": {
        const work = catchUp(run, step.hours)
        yield* step.crash === undefined ? work : CrashPoint.during(step.crash, work)
        return
      }
      case "Pause":
        yield* pause(run, step)
    }
  })

/** Performs these steps. */
export const runSteps = (run: TransferRun, steps: ReadonlyArray<Step>) =>
  Effect.forEach(steps, (step) => runStep(run, step), { discard: true })

const pause = Effect.fnUntraced(function*(run: TransferRun, { command, meanwhile }: Pause) {
  const services = yield* Effect.context<ProcessRunner.Services>()
  let commands = 0
  const others = Effect.andThen(catchUp(run), runSteps(run, meanwhile)).pipe(
    // They are not caused by the paused command.
    Effect.provideService(Causation, {}),
    Effect.provideContext(services),
    Effect.orDie
  )
  yield* catchUp(beforeEachCommand(run, Effect.suspend(() => ++commands === command ? others : Effect.void)))
})

/** The same run with an effect before each command that a runner sends. */
export const beforeEachCommand = (run: TransferRun, before: Effect.Effect<void>): TransferRun => {
  const handlerOf: Implementation["handlerOf"] = (aggregate) => {
    const handler = run.implementation.handlerOf(aggregate)
    return { ...handler, handle: (...args) => Effect.andThen(before, handler.handle(...args)) }
  }
  return { ...run, implementation: { ...run.implementation, handlerOf } }
}

const worth = (event: Sample.Event): number =>
  event._tag === "CoinsAdded" ? event.coins : event._tag === "CoinsTaken" ? -event.coins : 0

/** Runs the saga until no timeout is left, including timeouts that earlier timeouts lead to. */
export const runToCompletion = (run: TransferRun) =>
  Effect.forEach([0, 24, 48, 72], (hours) => catchUp(run, hours), { discard: true })

/** The coins that a saga has taken and not yet moved to the other jar. */
export const coinsHeldBy = (state: Saga.SagaState<Transfers.Transfer>): number => {
  if (state.status === "NotStarted") return 0
  const { data: { coins }, completed } = state
  return (completed.includes("take") ? coins : 0) - (completed.includes("add") ? coins : 0)
}

/** The coins in each jar. */
export const coinsInJars = ({ jars }: TransferRun) =>
  Effect.forEach(numbers(numberOfJars), (jar) => Effect.map(State.load(jars, String(jar)), ({ state }) => state.coins))

/** The saga instances of all requested transfers. */
export const sagaInstances = ({ requested, saga }: TransferRun) =>
  Effect.forEach(numbers(requested), (transfer) => State.load(saga.instances, String(transfer)))
