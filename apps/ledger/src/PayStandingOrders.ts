/** Standing orders are paid by a process: at each period's end it requests a transfer and waits for the next end. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Process from "refold/Process"
import * as StreamName from "refold/StreamName"
import * as StandingOrder from "./StandingOrder.ts"
import * as Transfer from "./Transfer.ts"

type Order = Omit<typeof StandingOrder.StandingOrderSet.Event, "_tag">

/** The progress of an order: `paid` transfers were requested. None before it is set. */
export type State = Option.Option<{ readonly order: Order; readonly since: DateTime.Utc; readonly paid: number }>

/** The id of the `number`-th transfer of an order, from 1. */
export const transferOf = (order: string, number: number): string => `${order}.${number}`

// Counted from the first day and not from the one before: an order of the 31st is paid on the 31st in March, whatever February's last day.
const dueDay = (since: DateTime.Utc, every: StandingOrder.Every, number: number): DateTime.Utc =>
  DateTime.add(since, every === "Month" ? { months: number } : { weeks: number })

// #region process
/** One instance for each standing order, under its id. */
export const process = Process.makeUnsafe<StandingOrder.Event, State>({
  name: "payStandingOrder",
  events: StandingOrder.codec,
  categories: [StandingOrder.aggregate.category],
  targets: [Transfer.aggregate],
  correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
  initialState: Option.none(),
  evolve: (state, input, { at }) => {
    switch (input._tag) {
      case "StandingOrderSet": {
        const { _tag, ...order } = input
        return Option.some({ order, since: at, paid: 0 })
      }
      case "TimedOut":
        return Option.map(state, (known) => ({ ...known, paid: known.paid + 1 }))
      default:
        return state
    }
  },
  react: (state, input, { at, instance }) => {
    if (input._tag === "StandingOrderCancelled") return [Process.cancel("next"), Process.complete]
    if (Option.isNone(state) || (input._tag !== "StandingOrderSet" && input._tag !== "TimedOut")) return []
    const { order: { every, ...transfer }, paid, since } = state.value
    const next = Process.schedule("next", DateTime.distance(at, dueDay(since, every, paid + 1)))
    if (input._tag === "StandingOrderSet") return [next]
    const id = transferOf(instance, paid)
    return [Process.send(Transfer.aggregate, id, { _tag: "RequestTransfer", ...transfer }), next]
  },
  phase: Option.match({ onNone: () => "New", onSome: ({ paid }) => `paid ${paid}` })
})
// #endregion
