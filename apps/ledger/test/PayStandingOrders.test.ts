// Standing orders: the order itself, and the process that pays it, on a test clock.
import * as DeciderSuite from "@refold/laws/decide/DeciderSuite"
import * as Spec from "@refold/laws/Spec"
import * as fc from "fast-check"
import * as Process from "refold/Process"
import { describe, it } from "vitest"
import { crowns } from "../src/Amount.ts"
import * as PayStandingOrders from "../src/PayStandingOrders.ts"
import * as StandingOrder from "../src/StandingOrder.ts"
import * as Transfer from "../src/Transfer.ts"

const transfer = { from: "ada", to: "bob", amount: crowns(50), currency: "EUR" } as const
const monthly = { ...transfer, every: "Month" } as const
const set: StandingOrder.Command = { _tag: "SetStandingOrder", ...monthly }
const cancel: StandingOrder.Command = { _tag: "CancelStandingOrder" }
const wasSet = StandingOrder.StandingOrderSet.make(monthly)
const cancelled = StandingOrder.StandingOrderCancelled.make({})

describe("a standing order", () => {
  const order = Spec.for(StandingOrder.decider)

  it("is set once, and cancelled once", () => {
    order.when(set).then([wasSet])
    order.given([wasSet]).when(set).thenRefused({ _tag: "OrderAlreadySet" })
    order.given([wasSet]).when(cancel).then([cancelled])
    order.when(cancel).thenRefused({ _tag: "OrderNotSet" })
    for (const command of [set, cancel]) {
      order.given([wasSet, cancelled]).when(command).thenRefused({ _tag: "OrderIsCancelled" })
    }
  })

  it("moves an amount above 0 to another account", () => {
    order.when({ ...set, amount: crowns(0) }).thenRefused({ _tag: "OrderOfNothing" })
    order.when({ ...set, to: "ada" }).thenRefused({ _tag: "OrderToOneself" })
  })
})

DeciderSuite.suite("the laws of the standing order's decider", StandingOrder.decider, {
  codec: StandingOrder.codec,
  commands: fc.constantFrom(set, cancel, { ...set, to: "ada" })
})

// Time begins on 1 January 1970.
describe("paying a standing order", () => {
  const begun = Spec.forProcess(PayStandingOrders.process).when("standingOrder-rent", wasSet)
  const payment = (number: number) =>
    Process.send(Transfer.aggregate, `rent.${number}`, { _tag: "RequestTransfer", ...transfer })
  const paid = { _tag: "Succeeded" } as const

  it("begins one month later", () => {
    begun.thenSends([]).thenSchedules({ next: "31 days" })
    begun.whenTimePasses("30 days").thenNothing()
    begun.whenTimePasses("31 days").thenSends([payment(1)]).thenSchedules({ next: "59 days" })
  })

  it("requests one transfer each month, long or short, under an id of its own", () => {
    const january = begun.whenTimePasses("31 days").whenAnswered("RequestTransfer", paid)
    january.thenNothing()
    const february = january.whenTimePasses("28 days")
    february.thenSends([payment(2)]).thenSchedules({ next: "90 days" }).thenPhase("rent", "paid 2")
    february.whenTimePasses("31 days").thenSends([payment(3)])
  })

  it("makes up for the months in which it did not run", () => {
    begun.whenTimePasses("100 days").thenSends([payment(1), payment(2), payment(3)])
  })

  it("keeps the day of the month, also after a month without that day", () => {
    // On 31 January.
    const late = Spec.forProcess(PayStandingOrders.process).whenTimePasses("30 days").when("standingOrder-rent", wasSet)
    late.thenSchedules({ next: "58 days" })
    late.whenTimePasses("28 days").thenSchedules({ next: "89 days" })
  })

  it("continues after a refused transfer", () => {
    const refused = { _tag: "Refused", refusal: { _tag: "TransferAlreadyRequested" } } as const
    begun.whenTimePasses("31 days").whenAnswered("RequestTransfer", refused).whenTimePasses("28 days")
      .thenSends([payment(2)])
  })

  it("ends when the order is cancelled", () => {
    const over = begun.whenTimePasses("31 days").when("standingOrder-rent", cancelled)
    over.thenSends([]).thenCompletes()
    over.whenTimePasses("365 days").thenNothing()
  })

  it("can be weekly", () => {
    const weekly = StandingOrder.StandingOrderSet.make({ ...transfer, every: "Week" })
    Spec.forProcess(PayStandingOrders.process).when("standingOrder-rent", weekly).whenTimePasses("14 days")
      .thenSends([payment(1), payment(2)])
  })
})
