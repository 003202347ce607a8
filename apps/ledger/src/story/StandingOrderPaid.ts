/** Chapter: a standing order is paid for three months, each time by a transfer of its own, until it is cancelled. */
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import { type Amount, crowns } from "../Amount.ts"
import * as Ledger from "../Ledger.ts"
import * as PayStandingOrders from "../PayStandingOrders.ts"
import * as Processes from "../Processes.ts"
import * as Transfers from "../Transfers.ts"
import { type Check, check } from "./Check.ts"
import * as Later from "./Later.ts"
import * as People from "./People.ts"

/** A look at the bank so many days after the order was set. */
export interface Look {
  readonly day: number
  /** The transfers that were completed by then. */
  readonly completed: number
  readonly holdings: People.Holdings
}

/** A standing order's life. */
export interface StandingOrderPaid {
  readonly _tag: "StandingOrderPaid"
  readonly order: string
  readonly amount: Amount
  readonly looks: ReadonlyArray<Look>
  /** After it was cancelled. */
  readonly last: Look
  readonly checks: ReadonlyArray<Check>
}

const amount = crowns(50)

// Each a day or more after the end of a month, however long the months are.
const days = [0, 32, 63, 93]

/** Sets an order, looks in month by month, cancels it, and looks once more. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const people = People.of(run)
  const order = `pocket-${run}`
  const { gina: from, hugo: to } = people
  const asked = { from, to, amount, currency: People.currency, purpose: "pocket money", every: "Month" } as const
  yield* Ledger.send(order, { _tag: "SetStandingOrder", ...asked })
  const looks = yield* Effect.forEach(days, (day) => look(order, people, day))
  yield* Ledger.send(order, { _tag: "CancelStandingOrder" })
  const last = yield* look(order, people, 200)
  const [before] = looks
  const paid = (look: Look): boolean =>
    before !== undefined && before.holdings.gina - look.holdings.gina === look.completed * amount &&
    look.holdings.hugo - before.holdings.hugo === look.completed * amount
  const chapter: StandingOrderPaid = {
    _tag: "StandingOrderPaid",
    order,
    amount,
    looks,
    last,
    checks: [
      check(
        "a standing order is paid once a month",
        looks.every((look, month) => look.completed === month && paid(look))
      ),
      check("it is paid on the same day of each month", yield* isPunctual(order)),
      check("once it is cancelled, nothing is paid any more", Equal.equals(last.holdings, looks.at(-1)?.holdings))
    ]
  }
  return chapter
})

const look = Effect.fnUntraced(function*(order: string, people: People.People, day: number) {
  yield* Later.inDays(day)(Processes.payOrders)
  // By today's clock: the store's says that these transfers were asked for today, and an approval may take three days.
  yield* Processes.moveMoney
  const transfers = Array.from({ length: days.length }, (_, index) => PayStandingOrders.transferOf(order, index + 1))
  const states = yield* Effect.forEach(transfers, (transfer) => Transfers.load(transfer))
  const completed = states.filter(({ state }) => state._tag === "Completed").length
  const looked: Look = { day, completed, holdings: yield* People.holdings(people) }
  return looked
})

// Whatever the day on which a runner came to it: a timeout counts from the one before.
const isPunctual = Effect.fnUntraced(function*(order: string) {
  const happenings = yield* ProcessInstances.history(PayStandingOrders.process, order)
  const triggers = happenings.flatMap(({ event }) => event._tag === "ProcessReacted" ? [event.trigger] : [])
  const since = triggers.find((trigger) => trigger._tag === "Event")?.recordedAt
  const due = triggers.flatMap((trigger) => trigger._tag === "TimedOut" ? [trigger.due] : [])
  return since !== undefined &&
    due.length === days.length - 1 &&
    due.every((at, index) => DateTime.Equivalence(at, DateTime.add(since, { months: index + 1 })))
})
