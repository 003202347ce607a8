/** Compares each account's folded balance with the bank's own, and finds the differences that rounding does not explain. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader } from "refold/EventReader"
import type { EventStore } from "refold/EventStore"
import type { SnapshotStore } from "refold/SnapshotStore"
import * as State from "refold/State"
import * as Account from "../Account.ts"
import type { Balance } from "../Amount.ts"
import { roundingError } from "./DayOrder.ts"
import type { Imported } from "./Import.ts"
import * as Plan from "./Plan.ts"
import type { Statement } from "./Statement.ts"

/** An account whose folded balance differs from the bank's. Minor units. */
export interface Difference {
  readonly accountId: number
  readonly folded: Balance
  readonly bank: Balance
  /** `folded - bank`. */
  readonly difference: number
  /** The most that rounding can explain. */
  readonly bound: number
}

/** The result for all accounts with transactions; each is counted once. */
export interface Reconciliation {
  readonly accounts: number
  readonly exact: number
  readonly withinRounding: ReadonlyArray<Difference>
  readonly off: ReadonlyArray<Difference>
}

/**
 * The maximum rounding error of a fold of `transactions` amounts. Every amount and the one balance are
 * rounded to 0.10 in the files, each of these numbers by up to 0.05, and in the worst case all in one direction.
 */
const boundOf = (transactions: number): number => (transactions + 1) * roundingError

/**
 * Whether rounding explains a difference: it is within the bound, and so is every day. A gap of a day is money that
 * moved without a row, so no difference of an account with a gap is explained by rounding.
 */
export const isRounding = (difference: number, { gaps, transactions }: Statement): boolean =>
  Math.abs(difference) <= boundOf(transactions) && gaps === 0

/** The difference of a folded balance from the bank's; None if they are equal. */
const compare = (
  folded: Balance,
  { accountId, balance: bank, transactions }: Statement
): Option.Option<Difference> =>
  folded === bank
    ? Option.none()
    : Option.some({ accountId, folded, bank, difference: folded - bank, bound: boundOf(transactions) })

/** Folds every imported account that has transactions and compares. */
export const reconcile = Effect.fnUntraced(function*(
  { source, statements }: Imported
): Effect.fn.Return<Reconciliation, State.LoadFailure, EventStore | EventReader | SnapshotStore> {
  const active = [...statements.values()].filter(({ transactions }) => transactions > 0)
  const withinRounding: Array<Difference> = []
  const off: Array<Difference> = []
  for (const statement of active) {
    const { state } = yield* State.load(Account.aggregate, Plan.idOf(source, statement.accountId))
    const compared = compare(Account.balanceOf(state), statement)
    if (Option.isNone(compared)) continue
    const list = isRounding(compared.value.difference, statement) ? withinRounding : off
    list.push(compared.value)
  }
  return { accounts: active.length, exact: active.length - withinRounding.length - off.length, withinRounding, off }
})
