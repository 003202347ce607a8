/**
 * Chapter: a large transfer waits for an approval. One gets it. For the other nobody says anything for three days, so its
 * money goes back; when somebody approves it after all, it is too late.
 */
import type { Forbidden } from "@refold/store/app/Middleware"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import { crowns } from "../Amount.ts"
import * as Ledger from "../Ledger.ts"
import * as Processes from "../Processes.ts"
import type * as Transfer from "../Transfer.ts"
import * as Transfers from "../Transfers.ts"
import { type Check, check } from "./Check.ts"
import * as Later from "./Later.ts"
import * as Money from "./Money.ts"
import * as People from "./People.ts"
import * as SagaHistory from "./SagaHistory.ts"

/** Two large transfers. */
export interface TransferTimedOut {
  readonly _tag: "TransferTimedOut"
  readonly transfer: string
  /** The one that was approved. */
  readonly approved: Transfer.State
  readonly forbidden: Forbidden | undefined
  /** While the other waits: in accounts, and on its way. */
  readonly before: People.Holdings
  readonly waiting: People.Holdings
  readonly onItsWay: Money.Sums
  readonly inTwoDays: People.Holdings
  readonly inFourDays: People.Holdings
  readonly ended: Transfer.State
  readonly late: Transfer.Refusal | undefined
  readonly history: ReadonlyArray<SagaHistory.Line>
  readonly checks: ReadonlyArray<Check>
}

/** Asks for two large transfers, approves one, and lets days pass. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const people = People.of(run)
  const { fred: to, hugo: from } = people
  const [boat, house] = [`boat-${run}`, `house-${run}`]
  yield* People.request(boat, { from, to, amount: crowns(12_000), purpose: "boat" })
  yield* Processes.moveMoney
  const forbidden = yield* approve(boat).pipe(
    Effect.as(undefined),
    Effect.catchTag("Forbidden", Effect.succeed)
  )
  yield* People.asEmployee(approve(boat))
  yield* Processes.moveMoney
  const { state: approved } = yield* Transfers.load(boat)

  const before = yield* People.holdings(people)
  const money = yield* Money.inAccounts
  yield* People.request(house, { from, to, amount: crowns(15_000), purpose: "house" })
  yield* Processes.moveMoney
  const waiting = yield* People.holdings(people)
  const onItsWay = yield* Money.onItsWay
  const together = Money.add(yield* Money.inAccounts, onItsWay)
  yield* Later.inDays(2)(Processes.moveMoney)
  const inTwoDays = yield* People.holdings(people)
  yield* Later.inDays(4)(Processes.moveMoney)
  const inFourDays = yield* People.holdings(people)
  const late = yield* People.asEmployee(approve(house)).pipe(
    Effect.as(undefined),
    Effect.catchTag("TransferIsOver", (refusal) => Effect.succeed(refusal))
  )
  yield* Later.inDays(4)(Processes.moveMoney)
  const after = yield* People.holdings(people)
  const { state: ended } = yield* Transfers.load(house)
  const history = yield* SagaHistory.of(house)
  const facts = { transfer: house, approved, forbidden, before, waiting, onItsWay, inTwoDays, inFourDays, ended, late }
  return chapterOf({ ...facts, history }, {
    isWhole: Equal.equals(together, money),
    isUnmoved: Equal.equals(after, inFourDays)
  })
})

const approve = (transfer: string) => Ledger.send(transfer, { _tag: "ApproveTransfer", by: "clerk-7" })

const chapterOf = (
  facts: Omit<TransferTimedOut, "_tag" | "checks">,
  { isUnmoved, isWhole }: { readonly isWhole: boolean; readonly isUnmoved: boolean }
): TransferTimedOut => {
  const { approved, before, ended, forbidden, inFourDays, inTwoDays, late, waiting } = facts
  return {
    _tag: "TransferTimedOut",
    ...facts,
    checks: [
      check("only an employee can approve a transfer", forbidden !== undefined && approved._tag === "Completed"),
      check("while a transfer waits, accounts and what is on its way add up to all the money", isWhole),
      check("before its time is up nothing happens", Equal.equals(inTwoDays, waiting)),
      check(
        "a transfer that nobody approves in time is given back",
        ended._tag === "Failed" && ended.reason === "approval: timed out" && Equal.equals(inFourDays, before)
      ),
      check("an approval that comes too late changes nothing", late !== undefined && isUnmoved)
    ]
  }
}
