/**
 * Money moves from one account to another by a saga: it withdraws from the one, waits for an approval if one is
 * needed, deposits to the other, and refunds the money if a step fails.
 */
import * as Option from "effect/Option"
import * as EventCodec from "refold/EventCodec"
import * as Process from "refold/Process"
import * as Saga from "refold/Saga"
import * as StreamName from "refold/StreamName"
import * as Account from "./Account.ts"
import { Amount } from "./Amount.ts"
import * as Transfer from "./Transfer.ts"

const events = EventCodec.makeUnsafe([Transfer.TransferRequested, Transfer.TransferApproved, Account.MoneyWithdrawn])
type Event =
  | typeof Transfer.TransferRequested.Event
  | typeof Transfer.TransferApproved.Event
  | typeof Account.MoneyWithdrawn.Event

/** The fields of a transfer, and its id. */
export type Data = Omit<typeof Transfer.TransferRequested.Event, "_tag"> & { readonly id: string }

/** The state of a transfer of money. */
export type State = Saga.SagaState<Data>

// The text in each account's event about the other account.
const movement = ({ amount, currency, purpose }: Data, counterparty: string) => ({
  amount,
  currency,
  channel: "Transfer" as const,
  counterparty,
  ...(purpose === undefined ? {} : { purpose })
})

/** The timeout of the approval of a large transfer. Its money is withdrawn meanwhile. */
export const approvalTimeout = "3 days"

// #region saga
/** One instance for each transfer, under its id. */
export const saga = Saga.makeUnsafe<Event, Data>({
  name: "transferMoney",
  events,
  categories: [Transfer.aggregate.category, Account.aggregate.category],
  targets: [Account.aggregate, Transfer.aggregate],
  start: (event, { stream }) =>
    event._tag === "TransferRequested"
      ? Option.some({ id: StreamName.id(stream), data: { ...event, id: StreamName.id(stream) } })
      : Option.none(),
  // An employee's approval is in the transfer's own stream; a withdrawal is for the saga that sent its command.
  correlate: (event, envelope) =>
    event._tag === "TransferApproved"
      ? Option.some(StreamName.id(envelope.stream))
      : Process.sender({ name: "transferMoney" }, envelope),
  steps: [
    {
      name: "debit",
      command: (data) => Process.send(Account.aggregate, data.from, { _tag: "Withdraw", ...movement(data, data.to) }),
      succeededOn: ({ _tag }) => _tag === "MoneyWithdrawn",
      compensate: (data) =>
        Process.send(Account.aggregate, data.from, {
          _tag: "Deposit",
          ...movement(data, data.to),
          purpose: `refund of transfer ${data.id}`
        })
    },
    {
      name: "approval",
      command: ({ id }) => Process.send(Transfer.aggregate, id, { _tag: "AskForApproval" }),
      succeededOn: ({ _tag }) => _tag === "TransferApproved",
      timeout: approvalTimeout
    },
    {
      name: "credit",
      command: (data) => Process.send(Account.aggregate, data.to, { _tag: "Deposit", ...movement(data, data.from) })
    }
  ],
  onSuccess: ({ id }) => [Process.send(Transfer.aggregate, id, { _tag: "CompleteTransfer" })],
  onFailure: ({ id }, reason) => [Process.send(Transfer.aggregate, id, { _tag: "FailTransfer", reason })]
})
// #endregion

/** The amount that has left one account and has neither reached the other nor come back: 0 once a saga is settled. */
export const inTransit = (state: State): Amount =>
  state.status !== "NotStarted" && state.completed.includes("debit") && !state.completed.includes("credit")
    ? state.data.amount
    : Amount.make(0)
