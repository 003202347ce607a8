/** Jars and transfers of one run on the store at hand: what people do to them, and who runs the saga. */
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
import * as Fresh from "../../kit/internal/Fresh.ts"
import { later } from "../../kit/internal/LaterClock.ts"
import * as Sample from "../../kit/internal/Sample.ts"
import { numberOfJars, numbers, type Sleep, type Step } from "./CoinSteps.ts"
import * as Kill from "./Kill.ts"
import * as Transfers from "./Transfers.ts"

/** What runs a process; in the laws' own tests, with something wrong about it. */
export interface Kit {
  readonly transfers: typeof Transfers.make
  readonly handlerOf: <Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>
  ) => ProcessHandler.ProcessHandler<ProcessHandler.Services>
  readonly catchUp: <Event extends Tagged, State>(
    process: Process<Event, State>,
    options: ProcessRunner.Options<ProcessHandler.Services>
  ) => Effect.Effect<void, unknown, ProcessRunner.Services>
}

/** The sound one. */
export const sound: Kit = {
  transfers: Transfers.make,
  handlerOf: ProcessHandler.of,
  catchUp: ProcessRunner.catchUp
}

/** How the saga of a run is made. */
export type Shape = Pick<Transfers.Options, "believesAnswers">

/** Those of a run. */
export interface World {
  readonly kit: Kit
  readonly saga: Transfers.Transfers
  readonly jars: typeof Sample.aggregate
  readonly transfers: typeof Transfers.aggregate
  /** How many transfers were requested, and how many coins people have put in and not taken out. */
  requested: number
  coins: number
}

/** Jars, transfers and a saga under names of their own. */
export const make = (kit: Kit, { believesAnswers }: Shape, fresh: Fresh.Fresh): World => {
  const jars = { ...Sample.aggregate, category: fresh.text(`jar${Fresh.placeholder}`) }
  const transfers = { ...Transfers.aggregate, category: fresh.text(`transfer${Fresh.placeholder}`) }
  return {
    kit,
    jars,
    transfers,
    saga: sagaOf(kit, { believesAnswers, jars, transfers }, fresh),
    requested: 0,
    coins: 0
  }
}

const sagaOf = (kit: Kit, options: Transfers.Options, fresh: Fresh.Fresh): Transfers.Transfers =>
  kit.transfers(fresh.text(`moves ${Fresh.placeholder}`), {
    ...options,
    timeout: "1 hour",
    compensation: { attempts: 2 }
  })

/** The same by a later deployment, which takes one coin more. */
export const redeployed = (world: World): World => {
  const { jars, kit, saga: { name }, transfers } = world
  const start: NonNullable<Transfers.Options["start"]> = (event, { stream }) => {
    if (event._tag !== "TransferRequested") return Option.none()
    const id = StreamName.id(stream)
    return Option.some({ id, data: { ...event, id, coins: event.coins + 1 } })
  }
  return { ...world, saga: kit.transfers(name, { jars, transfers, start }) }
}

/** A runner that has just started, so many hours later, and goes on until there is nothing to do. */
export const run = ({ jars, kit, saga, transfers }: World, hours = 0) =>
  kit.catchUp(saga, { handlers: [kit.handlerOf(jars), kit.handlerOf(transfers)], batchSize: 3 }).pipe(
    later({ hours })
  )

/** Does a step. */
const take: (world: World, step: Step) => Effect.Effect<void, unknown, ProcessRunner.Services> = Effect
  .fnUntraced(function*(world, step) {
    switch (step._tag) {
      case "Request": {
        const { coins, from, to } = step
        const command = { _tag: "Request" as const, from: String(from), to: String(to), coins }
        yield* CommandHandler.make(world.transfers)(String(world.requested++), command)
        return
      }
      case "Handle": {
        const handled = yield* Effect.result(CommandHandler.make(world.jars)(String(step.jar), step.command))
        if (Result.isSuccess(handled))
          world.coins += handled.success.events.reduce((sum, event) => sum + worth(event), 0)
        return
      }
      case "Run": {
        const work = run(world, step.hours)
        yield* step.death === undefined ? work : Kill.during(step.death, work)
        return
      }
      case "Sleep":
        yield* sleep(world, step)
    }
  })

/** Does these steps. */
export const takeAll = (world: World, steps: ReadonlyArray<Step>) =>
  Effect.forEach(steps, (step) => take(world, step), { discard: true })

const sleep = Effect.fnUntraced(function*(world: World, { command, meanwhile }: Sleep) {
  const services = yield* Effect.context<ProcessRunner.Services>()
  let commands = 0
  const others = Effect.andThen(run(world), takeAll(world, meanwhile)).pipe(
    // They know nothing of the command that waits.
    Effect.provideService(Causation, {}),
    Effect.provideContext(services),
    Effect.orDie
  )
  yield* run(beforeEachCommand(world, Effect.suspend(() => ++commands === command ? others : Effect.void)))
})

/** Runners that do something between finding a command and handling it. */
export const beforeEachCommand = (world: World, before: Effect.Effect<void>): World => {
  const handlerOf: Kit["handlerOf"] = (aggregate) => {
    const handler = world.kit.handlerOf(aggregate)
    return { ...handler, handle: (...args) => Effect.andThen(before, handler.handle(...args)) }
  }
  return { ...world, kit: { ...world.kit, handlerOf } }
}

const worth = (event: Sample.Event): number =>
  event._tag === "CoinsAdded" ? event.coins : event._tag === "CoinsTaken" ? -event.coins : 0

/** Runs the saga until every timeout is over, even the last of those that only the one before leads to. */
export const settle = (world: World) => Effect.forEach([0, 24, 48, 72], (hours) => run(world, hours), { discard: true })

/** The coins that a saga has taken and not yet passed on. */
export const heldBy = (state: Saga.SagaState<Transfers.Transfer>): number => {
  if (state.status === "NotStarted") return 0
  const { data: { coins }, completed: done } = state
  return (done.includes(0) ? coins : 0) - (done.includes(1) ? coins : 0)
}

/** The coins in each jar. */
export const inEachJar = ({ jars }: World) =>
  Effect.forEach(numbers(numberOfJars), (jar) => Effect.map(State.load(jars, String(jar)), ({ state }) => state.coins))

/** The sagas of all transfers, and what each has recorded of itself. */
export const sagas = ({ requested, saga }: World) =>
  Effect.forEach(numbers(requested), (transfer) => State.load(saga.instances, String(transfer)))
