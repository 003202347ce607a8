/** Chapter: a deposit was entered by mistake. It is not wiped out; another event undoes it, once. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Account from "../Account.ts"
import { type Amount, crowns } from "../Amount.ts"
import * as Ledger from "../Ledger.ts"
import type { Statement } from "../projection/Statements.ts"
import * as ReadSide from "../ReadSide.ts"
import { type Check, check } from "./Check.ts"
import * as People from "./People.ts"

/** A deposit and its undoing. */
export interface UndoneDeposit {
  readonly _tag: "UndoneDeposit"
  readonly amount: Amount
  /** The version of the deposit. */
  readonly deposit: number
  readonly before: number
  readonly between: number
  readonly after: number
  /** What was said to those who asked once more, or to undo something that is no deposit. */
  readonly again: Account.Refusal | undefined
  readonly noDeposit: Account.Refusal | undefined
  /** The last lines of the statement. */
  readonly lines: Statement["lines"]
  readonly checks: ReadonlyArray<Check>
}

const amount = crowns(70)

/** Deposits, undoes that, and tries again. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const people = People.of(run)
  const gina = Effect.map(People.holdings(people), (holdings) => holdings.gina)
  const before = yield* gina
  const { version: deposit } = yield* Ledger.send(people.gina, { _tag: "Deposit", amount, channel: "Cash" })
  const between = yield* gina
  const { position } = yield* reverse(people.gina, deposit)
  const after = yield* gina
  const again = yield* refusalOf(people.gina, deposit)
  // The account was opened at version 1.
  const noDeposit = yield* refusalOf(people.gina, 1)
  yield* ReadSide.awaitAll(position)
  const statement = yield* Ledger.ask({ _tag: "StatementOf", id: people.gina })
  const lines = Option.match(statement, { onNone: () => [], onSome: ({ state }) => state.lines.slice(-2) })
  const chapter: UndoneDeposit = {
    _tag: "UndoneDeposit",
    amount,
    deposit,
    before,
    between,
    after,
    again,
    noDeposit,
    lines,
    checks: [
      check("a deposit that is undone leaves the balance as it was", between === before + amount && after === before),
      check("a deposit is undone once", again?._tag === "DepositAlreadyReversed"),
      check("only a deposit can be undone", noDeposit?._tag === "NoSuchDeposit"),
      check(
        "the statement shows the deposit and its undoing",
        lines.map(({ type }) => type).join() === "MoneyDeposited,DepositReversed"
      )
    ]
  }
  return chapter
})

const reverse = (id: string, deposit: number) =>
  People.asEmployee(Ledger.send(id, { _tag: "ReverseDeposit", deposit, reason: "entered for the wrong Gina" }))

const refusalOf = (id: string, deposit: number) =>
  reverse(id, deposit).pipe(
    Effect.as(undefined),
    Effect.catchTag(["DepositAlreadyReversed", "NoSuchDeposit"], (refusal) => Effect.succeed(refusal))
  )
