/**
 * A standing order: a payment from one account to another that is repeated until the order is cancelled.
 * `PayStandingOrders.ts` makes the payments.
 */
import * as Schema from "effect/Schema"
import * as Aggregate from "refold/Aggregate"
import * as Decider from "refold/Decider"
import * as EventCodec from "refold/EventCodec"
import * as EventType from "refold/EventType"
import * as Transfer from "./Transfer.ts"

/** The interval of payments. */
export const Every = Schema.Literals(["Week", "Month"])
/** The interval of payments. */
export type Every = typeof Every.Type

const order = { ...Transfer.details, every: Every }

// Names and fields of events are the storage format: see `AccountEvent.ts`.

/** The order was placed; the first payment is one period later. */
export const StandingOrderSet = EventType.make("StandingOrderSet", Schema.Struct(order))

/** The order was cancelled. */
export const StandingOrderCancelled = EventType.make("StandingOrderCancelled", Schema.Struct({}))

/** Any event of a standing order. */
export type Event = typeof StandingOrderSet.Event | typeof StandingOrderCancelled.Event

/** Writes and reads the events of a standing order. */
export const codec = EventCodec.makeUnsafe([StandingOrderSet, StandingOrderCancelled])

/** The commands of a standing order. */
export const Command = Schema.Union([
  Schema.TaggedStruct("SetStandingOrder", order),
  Schema.TaggedStruct("CancelStandingOrder", {})
])
/** The commands of a standing order. */
export type Command = typeof Command.Type

/** The state of a standing order. */
export type State = "New" | "InForce" | "Cancelled"

/** The refusals of a standing order. */
export type Refusal =
  | { readonly _tag: "OrderNotSet" }
  | { readonly _tag: "OrderAlreadySet" }
  | { readonly _tag: "OrderIsCancelled" }
  | { readonly _tag: "OrderToOneself" }
  | { readonly _tag: "OrderOfNothing" }

const refuse = (_tag: Refusal["_tag"]): Decider.Decision<Event, Refusal> => Decider.refuse({ _tag })

/** The decider of standing orders. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: "New",
  decide: (command, state) => {
    if (state === "Cancelled") return refuse("OrderIsCancelled")
    if (command._tag === "CancelStandingOrder") {
      return state === "New" ? refuse("OrderNotSet") : Decider.accept(StandingOrderCancelled.make({}))
    }
    const { _tag, ...asked } = command
    if (state === "InForce") return refuse("OrderAlreadySet")
    if (asked.from === asked.to) return refuse("OrderToOneself")
    return asked.amount === 0 ? refuse("OrderOfNothing") : Decider.accept(StandingOrderSet.make(asked))
  },
  evolve: (_, { _tag }) => _tag === "StandingOrderSet" ? "InForce" : "Cancelled",
  isTerminal: (state) => state === "Cancelled"
})

/** Standing orders and their streams. */
export const aggregate = Aggregate.makeUnsafe({ category: "standingOrder", events: codec, commands: Command, decider })
