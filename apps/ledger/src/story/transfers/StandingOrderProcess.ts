/** A standing order is paid for three months, each time by a transfer of its own, until it is cancelled. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Struct from "effect/Struct"
import * as ProcessInstances from "refold/ProcessInstances"
import { crowns, format } from "../../Amount.ts"
import * as Ledger from "../../Ledger.ts"
import * as PayStandingOrders from "../../PayStandingOrders.ts"
import * as Processes from "../../Processes.ts"
import * as Transfers from "../../Transfers.ts"
import * as Chapter from "../Chapter.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"
import * as ShiftedClock from "../support/ShiftedClock.ts"
import { transferSaga } from "./TransferSaga.ts"

const amount = crowns(50)

// Each is a day or more after the end of a month, however long the months are.
const days = [0, 32, 63, 93]

const paymentsOn = Effect.fnUntraced(function*(order: string, customers: SampleCustomers.OfEach<string>, day: number) {
  yield* ShiftedClock.inDays(day)(Processes.payOrders)
  // On today's clock: the store records the requests as of today, and an approval may take three days.
  yield* Processes.moveMoney
  const transfers = days.map((_, index) => PayStandingOrders.transferOf(order, index + 1))
  const states = yield* Effect.forEach(transfers, (transfer) => Transfers.load(transfer))
  const completed = states.filter(({ state }) => state._tag === "Completed").length
  return { day, completed, holdings: yield* SampleCustomers.holdings(customers) }
})

// Each timeout is due one month after the one before, whenever a runner handled that.
const isPunctual = Effect.fnUntraced(function*(order: string) {
  const entries = yield* ProcessInstances.history(PayStandingOrders.process, order)
  const triggers = entries.flatMap(({ event }) => event._tag === "ProcessReacted" ? [event.trigger] : [])
  const since = triggers.find((trigger) => trigger._tag === "Event")?.recordedAt
  const due = triggers.flatMap((trigger) => trigger._tag === "TimedOut" ? [trigger.due] : [])
  return since !== undefined &&
    due.length === days.length - 1 &&
    due.every((at, index) => DateTime.Equivalence(at, DateTime.add(since, { months: index + 1 })))
})

/** A standing order. */
export const standingOrder: Chapter.StoreChapter = Chapter.make("standing-order", "A standing order", {
  needs: [transferSaga],
  find: function*({ run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    const order = `pocket-${run}`
    const { gina: from, hugo: to } = customers
    const terms = {
      from,
      to,
      amount,
      currency: SampleCustomers.currency,
      purpose: "pocket money",
      every: "Month"
    } as const
    const before = yield* SampleCustomers.holdings(customers)
    yield* Ledger.send(order, { _tag: "SetStandingOrder", ...terms })
    const payments = yield* Effect.forEach(days, (day) => paymentsOn(order, customers, day))
    yield* Ledger.send(order, { _tag: "CancelStandingOrder" })
    const last = yield* paymentsOn(order, customers, 200)
    return { order, before, payments, last, isPunctual: yield* isPunctual(order) }
  },
  figure: ({ last }) => `${last.completed} payments in 3 months, none after the cancellation`,
  checks: ({ before, isPunctual, last, payments }) => ({
    "a standing order is paid once a month": payments.every(({ completed, holdings }, month) =>
      completed === month &&
      before.gina - holdings.gina === completed * amount && holdings.hugo - before.hugo === completed * amount
    ),
    "it is paid on the same day of each month": isPunctual,
    "after the cancellation nothing is paid": Equal.equals(last.holdings, payments.at(-1)?.holdings)
  }),
  lines: ({ last, payments }) => [
    `Gina sets a standing order of ${format(amount)} to Hugo every month. A process waits for the end of each month`,
    "and then requests a transfer, which the saga carries out. A runner on four days:",
    SampleCustomers.holdingsTable(Object.fromEntries(
      payments.map(({ completed, day, holdings }) => [`day ${day}: ${completed} paid`, holdings])
    )),
    `Gina cancels the order. On day ${last.day} there are still ${last.completed} payments.`,
    "Each month counts from the first day, so a late payment does not delay the next one."
  ],
  facts: ({ order, payments }) => ({
    transfers: { standingOrder: { order, paid: payments.map(Struct.pick(["day", "completed"])) } }
  })
})
