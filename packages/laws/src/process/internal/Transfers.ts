/**
 * Coins on their way from one jar to another, as a saga over the jars of `Sample`: taken from the one, added to the other,
 * and put back where that is refused. Whatever happens in between, no coin is lost or made.
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

/** Somebody wants coins to go from one jar to another; jars are told by their ids. */
export const TransferRequested = EventType.make(
  "TransferRequested",
  Schema.Struct({ from: Schema.String, to: Schema.String, coins: Schema.Int })
)

/** It is over, well or badly. */
export const TransferEnded = EventType.make(
  "TransferEnded",
  Schema.Struct({ isDone: Schema.Boolean, reason: Schema.String })
)

/** What has happened to a transfer. */
export type Event = typeof TransferRequested.Event | typeof TransferEnded.Event

/** What can be asked of a transfer. */
export const Command = Schema.Union([
  Schema.TaggedStruct("Request", { from: Schema.String, to: Schema.String, coins: Schema.Int }),
  Schema.TaggedStruct("End", { isDone: Schema.Boolean, reason: Schema.String })
])
/** What can be asked of a transfer. */
export type Command = typeof Command.Type

/** Where a transfer stands. */
export type State = "New" | "Requested" | "Done" | "Failed"

/** The transfers. */
export const aggregate = Aggregate.makeUnsafe({
  category: "transfer",
  codec: EventCodec.makeUnsafe([TransferRequested, TransferEnded]),
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

/** What a transfer is about. */
export interface Transfer {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly coins: number
}

/** The events that the saga follows. */
export const events = EventCodec.makeUnsafe([TransferRequested, Sample.CoinsTaken, Sample.CoinsAdded])
/** Any of them. */
export type Followed = typeof TransferRequested.Event | typeof Sample.CoinsTaken.Event | typeof Sample.CoinsAdded.Event

/** A saga of transfers. */
export type Transfers = Saga.Saga<Followed, Transfer>

/** How a saga of transfers is made. */
export interface Options extends Partial<Saga.Definition<Followed, Transfer>> {
  /** How long adding the coins may take; for ever, where left out. */
  readonly timeout?: Duration.Input | undefined
  /** The jars and transfers that it is about: those of one run, where a store is shared. */
  readonly jars?: typeof Sample.aggregate | undefined
  readonly transfers?: typeof aggregate | undefined
  /** Whether it believes the event that coins were taken, as by default, or the answer to its command. */
  readonly believesAnswers?: boolean | undefined
}

/** A saga under this name. What else is given takes the place of what the sound one does. */
export const make = (
  name: string,
  { believesAnswers = false, jars = Sample.aggregate, timeout, transfers = aggregate, ...changes }: Options = {}
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
    steps: [
      {
        name: "take",
        command: ({ coins, from }) => Process.send(jars, from, { _tag: "Take", coins }),
        succeededOn: believesAnswers ? undefined : (event) => event._tag === "CoinsTaken",
        compensate: ({ coins, from, id }) =>
          Process.send(jars, from, { _tag: "Add", coins, notes: [`back from ${id}`] })
      },
      {
        name: "add",
        command: ({ coins, id, to }) => Process.send(jars, to, { _tag: "Add", coins, notes: [id] }),
        timeout,
        compensate: ({ coins, to }) => Process.send(jars, to, { _tag: "Take", coins })
      }
    ],
    onSuccess: ({ id }) => [Process.send(transfers, id, { _tag: "End", isDone: true, reason: "" })],
    onFailure: ({ id }, reason) => [Process.send(transfers, id, { _tag: "End", isDone: false, reason })],
    ...changes
  })
