/**
 * A transfer from one account to another: requested, approved if it is large, then completed or reversed. It holds
 * the request and its outcome; `TransferMoney.ts` moves the money. In this order: events, commands, state, decide, evolve.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Aggregate from "refold/Aggregate"
import * as Decider from "refold/Decider"
import * as EventCodec from "refold/EventCodec"
import * as EventType from "refold/EventType"
import { Amount, crowns } from "./Amount.ts"
import { Currency } from "./Currency.ts"

const AccountId = Schema.String.pipe(Schema.check(Schema.isNonEmpty()))

/** The fields of a transfer; accounts by their ids. */
export const details = {
  from: AccountId,
  to: AccountId,
  amount: Amount,
  currency: Currency,
  purpose: Schema.optionalKey(Schema.String)
}

// Names and fields of events are the storage format: see `AccountEvent.ts`.

/** A transfer was requested. */
export const TransferRequested = EventType.make("TransferRequested", Schema.Struct(details))

/** The amount is so large that an employee must approve it. */
export const ApprovalAsked = EventType.make("ApprovalAsked", Schema.Struct({}))

/** The transfer was approved; `by` is the employee. */
export const TransferApproved = EventType.make("TransferApproved", Schema.Struct({ by: Schema.String }))

/** The money has arrived. */
export const TransferCompleted = EventType.make("TransferCompleted", Schema.Struct({}))

/** The transfer failed, with this reason: the money is in the account that it came from. */
export const TransferFailed = EventType.make("TransferFailed", Schema.Struct({ reason: Schema.String }))

/** An event of a transfer. */
export type Event =
  | typeof TransferRequested.Event
  | typeof ApprovalAsked.Event
  | typeof TransferApproved.Event
  | typeof TransferCompleted.Event
  | typeof TransferFailed.Event

/** Writes and reads the events of a transfer. */
export const codec = EventCodec.makeUnsafe([
  TransferRequested,
  ApprovalAsked,
  TransferApproved,
  TransferCompleted,
  TransferFailed
])

/** The commands of a transfer. The first is a customer's, the second an employee's, the others are the saga's. */
export const Command = Schema.Union([
  Schema.TaggedStruct("RequestTransfer", details),
  Schema.TaggedStruct("ApproveTransfer", { by: Schema.String }),
  Schema.TaggedStruct("AskForApproval", {}),
  Schema.TaggedStruct("CompleteTransfer", {}),
  Schema.TaggedStruct("FailTransfer", { reason: Schema.String })
])
/** The commands of a transfer. */
export type Command = typeof Command.Type

/** The state of a transfer. */
export type State =
  | { readonly _tag: "New" }
  | { readonly _tag: "Requested"; readonly amount: Amount }
  | { readonly _tag: "ApprovalAsked" }
  | { readonly _tag: "Approved" }
  | { readonly _tag: "Completed" }
  | { readonly _tag: "Failed"; readonly reason: string }

/** The refusals of a transfer. */
export type Refusal =
  | { readonly _tag: "TransferNotRequested" }
  | { readonly _tag: "TransferAlreadyRequested" }
  | { readonly _tag: "TransferIsOver" }
  | { readonly _tag: "TransferToOneself" }
  | { readonly _tag: "TransferOfNothing" }
  | { readonly _tag: "ApprovalNotAsked" }
  | { readonly _tag: "NotApproved" }

// Up to this amount, in minor units of any currency, no approval is needed.
const approvalLimit = crowns(10_000)

/** The approver in the events of transfers that need no approval. */
export const byRule = "rule"

type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
const accept = (...events: ReadonlyArray<Event>): Decision => Result.succeed(events)
const refuse = (_tag: Refusal["_tag"]): Decision => Result.fail({ _tag })

const decide = (command: Command, state: State): Decision => {
  if (state._tag === "Completed" || state._tag === "Failed") return refuse("TransferIsOver")
  if (command._tag === "RequestTransfer") {
    const { _tag, ...asked } = command
    if (state._tag !== "New") return refuse("TransferAlreadyRequested")
    if (asked.from === asked.to) return refuse("TransferToOneself")
    return asked.amount === 0 ? refuse("TransferOfNothing") : accept(TransferRequested.make(asked))
  }
  return state._tag === "New" ? refuse("TransferNotRequested") : decideRequested(command, state)
}

const decideRequested = (
  command: Exclude<Command, { readonly _tag: "RequestTransfer" }>,
  state: Extract<State, { readonly _tag: "Requested" | "ApprovalAsked" | "Approved" }>
): Decision => {
  switch (command._tag) {
    case "AskForApproval":
      if (state._tag !== "Requested") return accept()
      return accept(state.amount > approvalLimit ? ApprovalAsked.make({}) : TransferApproved.make({ by: byRule }))
    case "ApproveTransfer":
      if (state._tag === "Requested") return refuse("ApprovalNotAsked")
      return state._tag === "Approved" ? accept() : accept(TransferApproved.make({ by: command.by }))
    case "CompleteTransfer":
      return state._tag === "Approved" ? accept(TransferCompleted.make({})) : refuse("NotApproved")
    case "FailTransfer":
      return accept(TransferFailed.make({ reason: command.reason }))
  }
}

/** The state of a transfer after an event. */
const evolve = (_: State, event: Event): State => {
  switch (event._tag) {
    case "TransferRequested":
      return { _tag: "Requested", amount: event.amount }
    case "ApprovalAsked":
      return { _tag: "ApprovalAsked" }
    case "TransferApproved":
      return { _tag: "Approved" }
    case "TransferCompleted":
      return { _tag: "Completed" }
    case "TransferFailed":
      return { _tag: "Failed", reason: event.reason }
  }
}

/** The decider of transfers. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { _tag: "New" },
  decide,
  evolve,
  isTerminal: ({ _tag }) => _tag === "Completed" || _tag === "Failed"
})

/** Transfers and their streams. */
export const aggregate = Aggregate.makeUnsafe({ category: "transfer", events: codec, commands: Command, decider })
