/**
 * A large transfer waits for an approval. The first one gets it. The second gets none for three days, so its money is
 * refunded; an approval after that is refused.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import { crowns, format } from "../../Amount.ts"
import * as Ledger from "../../Ledger.ts"
import * as Processes from "../../Processes.ts"
import * as Transfers from "../../Transfers.ts"
import * as Chapter from "../Chapter.ts"
import * as SagaHistory from "../support/SagaHistory.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"
import * as ShiftedClock from "../support/ShiftedClock.ts"
import * as TotalMoney from "../support/TotalMoney.ts"
import { transferSaga } from "./TransferSaga.ts"

const approve = (transfer: string) => Ledger.send(transfer, { _tag: "ApproveTransfer", by: "clerk-7" })

const findApproved = Effect.fnUntraced(
  function*(transfer: string, { fred: to, hugo: from }: SampleCustomers.OfEach<string>) {
    yield* SampleCustomers.request(transfer, { from, to, amount: crowns(12_000), purpose: "boat" })
    yield* Processes.moveMoney
    const forbidden = yield* Chapter.errorOf(approve(transfer), "Forbidden")
    yield* SampleCustomers.asEmployee(approve(transfer))
    yield* Processes.moveMoney
    return { forbidden, approved: (yield* Transfers.load(transfer)).state }
  }
)

const findTimedOut = Effect.fnUntraced(function*(transfer: string, customers: SampleCustomers.OfEach<string>) {
  const { fred: to, hugo: from } = customers
  const holdings = SampleCustomers.holdings(customers)
  const before = yield* holdings
  const money = yield* TotalMoney.inAccounts
  yield* SampleCustomers.request(transfer, { from, to, amount: crowns(15_000), purpose: "house" })
  yield* Processes.moveMoney
  const waiting = yield* holdings
  const inTransit = yield* TotalMoney.inTransit
  const isConserved = Equal.equals(TotalMoney.add(yield* TotalMoney.inAccounts, inTransit), money)
  yield* ShiftedClock.inDays(2)(Processes.moveMoney)
  const inTwoDays = yield* holdings
  yield* ShiftedClock.inDays(4)(Processes.moveMoney)
  const inFourDays = yield* holdings
  const late = yield* Chapter.errorOf(SampleCustomers.asEmployee(approve(transfer)), "TransferIsOver")
  yield* ShiftedClock.inDays(4)(Processes.moveMoney)
  const isUnchanged = Equal.equals(yield* holdings, inFourDays)
  const { state: ended } = yield* Transfers.load(transfer)
  const history = yield* SagaHistory.of(transfer)
  return { transfer, before, waiting, inTransit, inTwoDays, inFourDays, isConserved, late, isUnchanged, ended, history }
})

/** A transfer that times out. */
export const sagaTimeout: Chapter.StoreChapter = Chapter.make("timeout", "A transfer without an approval", {
  needs: [transferSaga],
  find: function*({ run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    const approved = yield* findApproved(`boat-${run}`, customers)
    return { ...approved, ...yield* findTimedOut(`house-${run}`, customers) }
  },
  figure: ({ ended, inTransit }) =>
    `${format(inTransit.EUR)} held in transit; after 3 days the transfer is ${ended._tag} and refunded`,
  checks: ({ approved, before, ended, forbidden, inFourDays, inTwoDays, isConserved, isUnchanged, late, waiting }) => ({
    "only an employee can approve a transfer": forbidden !== undefined && approved._tag === "Completed",
    "while a transfer waits, accounts and money in transit add up to all the money": isConserved,
    "before the timeout nothing happens": Equal.equals(inTwoDays, waiting),
    "a transfer without an approval in time is refunded": ended._tag === "Failed" &&
      ended.reason === "approval: timed out" && Equal.equals(inFourDays, before),
    "an approval after the timeout changes nothing": late !== undefined && isUnchanged
  }),
  lines: (found) => [
    "Transfers of more than 10,000.00 need an employee's approval.",
    `Hugo's own approval of his 12,000.00 for a boat is refused: ${found.forbidden?.message ?? "no error"}.`,
    `An employee's is accepted: the transfer is ${found.approved._tag}.`,
    "Hugo's 15,000.00 for a house get no approval:",
    SampleCustomers.holdingsTable({
      before: found.before,
      "waiting for approval": found.waiting,
      "after two days": found.inTwoDays,
      "after four days": found.inFourDays
    }),
    `Until the timeout ${format(found.inTransit.EUR)} are in no account; the saga's state holds them.`,
    "The four days pass on a shifted clock:",
    SagaHistory.table(found.history),
    `The transfer is ${found.ended._tag === "Failed" ? `Failed, reason ${found.ended.reason}` : found.ended._tag}.`,
    `An approval on the fourth day is refused: ${found.late?._tag ?? "no error"}.`
  ],
  facts: ({ ended, history, inTransit, transfer }) => ({
    transfers: { timedOut: { transfer, ended, onItsWay: inTransit.EUR, reactions: history.length } }
  })
})
