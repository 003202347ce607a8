/** Chapter: two writers decide on the same version. One wins; the other learns of it, decides again and wins as well. */
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { VersionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Balance, crowns } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

/** A conflict and how it was resolved. */
export interface TwoWriters {
  readonly _tag: "TwoWriters"
  /** The version that both writers saw. */
  readonly seen: StreamVersion
  readonly conflict: VersionConflict | undefined
  /** The version that the retry wrote, and the balance it left. */
  readonly retried: StreamVersion
  readonly balance: Balance
  /** So many writers at once, each retrying by itself, and the balance they left. */
  readonly crowd: number
  readonly crowdBalance: Balance
  readonly checks: ReadonlyArray<Check>
}

const crowd = 8

/** Lets two writers collide, then a crowd. */
export const tell = Effect.fnUntraced(function*(id: string) {
  yield* Accounts.handle(id, { _tag: "OpenAccount", branch: "Brno", statements: "Weekly", currency: "CZK" })
  const { version: seen } = yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(500), channel: "Cash" })
  const expected = ExpectedVersion.Exact(seen)
  const withdraw = (amount: number, options?: { readonly expected: ExpectedVersion.ExpectedVersion }) =>
    Accounts.handle(id, { _tag: "Withdraw", amount: crowns(amount), channel: "Card" }, options)
  yield* withdraw(300, { expected })
  const conflict = yield* withdraw(100, { expected }).pipe(
    Effect.as(undefined),
    Effect.catchTag("VersionConflict", Effect.succeed)
  )
  const retried = yield* withdraw(100)
  const deposit = Accounts.handle(id, { _tag: "Deposit", amount: crowns(1), channel: "Transfer" })
  yield* Effect.all(Array.from({ length: crowd }, () => deposit), { concurrency: "unbounded" })
  const last = yield* Accounts.load(id)
  return chapterOf({
    _tag: "TwoWriters",
    seen,
    conflict,
    retried: retried.version,
    balance: Account.balanceOf(retried.state),
    crowd,
    crowdBalance: Account.balanceOf(last.state)
  })
})

const chapterOf = (facts: Omit<TwoWriters, "checks">): TwoWriters => {
  const { balance, conflict, crowdBalance, seen } = facts
  const isConflict = conflict !== undefined && Option.contains(conflict.actual, seen + 1)
  return {
    ...facts,
    checks: [
      check("of two writers at one version the second gets a conflict", isConflict),
      check("the retry decides on what the first has written", balance === crowns(100)),
      check(`of ${crowd} writers at once none is lost`, crowdBalance === balance + crowns(crowd))
    ]
  }
}
