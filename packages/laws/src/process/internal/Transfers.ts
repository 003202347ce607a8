/**
 * A sample saga that moves coins between the jars of `Sample`: it takes them from one jar, adds them to another, and puts
 * them back if that is refused.
 */
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as Saga from "@refold/core/process/Saga"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Sample from "../../kit/internal/Sample.ts"

// The storage format: names and schemas stay as they are, changes are new versions.

/** A transfer of coins from one jar to another was requested. Jars are identified by their ids. */
export const TransferRequested = EventType.make(
  "TransferRequested",
  Schema.Struct({ from: Schema.String, to: Schema.String, coins: Schema.Int })
)

/** The transfer has ended, with success or without. */
const TransferEnded = EventType.make(
  "TransferEnded",
  Schema.Struct({ isDone: Schema.Boolean, reason: Schema.String })
)

/** The events of a transfer. */
export type Event = typeof TransferRequested.Event | typeof TransferEnded.Event

/** The schema of a transfer's commands. */
export const Command = Schema.Union([
  Schema.TaggedStruct("Request", { from: Schema.String, to: Schema.String, coins: Schema.Int }),
  Schema.TaggedStruct("End", { isDone: Schema.Boolean, reason: Schema.String })
])
/** The commands of a transfer. */
export type Command = typeof Command.Type

/** The state of a transfer. */
export type State = "New" | "Requested" | "Done" | "Failed"

/** The aggregate of transfers. */
export const aggregate = Aggregate.makeUnsafe({
  category: "transfer",
  events: EventCodec.makeUnsafe([TransferRequested, TransferEnded]),
  commands: Command,
  decider: Decider.make<Command, State, Event, { readonly _tag: "NotNow" }>({
    initialState: "New",
    decide: (command, state) => {
      if (command._tag === "Request" && state === "New") {
        const { coins, from, to } = command
        return Result.succeed([TransferRequested.make({ from, to, coins })])
      }
      if (command._tag === "End" && state === "Requested") {
        const { isDone, reason } = command
        return Result.succeed([TransferEnded.make({ isDone, reason })])
      }
      return Result.fail({ _tag: "NotNow" })
    },
    evolve: (_, event) => event._tag === "TransferRequested" ? "Requested" : event.isDone ? "Done" : "Failed",
    isTerminal: (state) => state === "Done" || state === "Failed"
  })
})

/** The data of a saga. */
export interface Transfer {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly coins: number
}

/** The codec of the events that the saga observes. */
export const events = EventCodec.makeUnsafe([TransferRequested, Sample.CoinsTaken, Sample.CoinsAdded])
/** The events that the saga observes. */
export type Followed = typeof TransferRequested.Event | typeof Sample.CoinsTaken.Event | typeof Sample.CoinsAdded.Event

/** The saga. */
export type Transfers = Saga.Saga<Followed, Transfer>

/** Options of the saga. */
export interface Options extends Partial<Saga.Definition<Followed, Transfer>> {
  /** The timeout for adding the coins; none by default. */
  readonly timeout?: Duration.Input | undefined
  /** The aggregates; those of one run if the store is shared. */
  readonly jars?: typeof Sample.aggregate | undefined
  readonly transfers?: typeof aggregate | undefined
  /** Whether the answer to the command confirms that coins were taken; by default, the event `CoinsTaken` does. */
  readonly confirmedByAnswer?: boolean | undefined
}

const stepsWith = (
  { confirmedByAnswer = false, jars = Sample.aggregate, timeout }: Options
): Saga.Definition<Followed, Transfer>["steps"] => [
  {
    name: "take",
    command: ({ coins, from }) => Process.send(jars, from, { _tag: "Take", coins }),
    succeededOn: confirmedByAnswer ? undefined : (event) => event._tag === "CoinsTaken",
    compensate: ({ coins, from, id }) => Process.send(jars, from, { _tag: "Add", coins, notes: [`back from ${id}`] })
  },
  {
    name: "add",
    command: ({ coins, id, to }) => Process.send(jars, to, { _tag: "Add", coins, notes: [id] }),
    timeout,
    compensate: ({ coins, to }) => Process.send(jars, to, { _tag: "Take", coins })
  }
]

/** Makes the saga under this name. Further options replace parts of its definition. */
export const make = (
  name: string,
  { confirmedByAnswer, jars = Sample.aggregate, timeout, transfers = aggregate, ...changes }: Options = {}
): Transfers =>
  Saga.makeUnsafe<Followed, Transfer>({
    name,
    events,
    categories: [jars.category, transfers.category],
    targets: [jars, transfers],
    start: (event, { stream }) =>
      event._tag === "TransferRequested"
        ? Option.some({ id: StreamName.id(stream), data: { ...event, id: StreamName.id(stream) } })
        : Option.none(),
    steps: stepsWith({ confirmedByAnswer, jars, timeout }),
    onSuccess: ({ id }) => [Process.send(transfers, id, { _tag: "End", isDone: true, reason: "" })],
    onFailure: ({ id }, reason) => [Process.send(transfers, id, { _tag: "End", isDone: false, reason })],
    ...changes
  })
