/** Chapter: a client that heard no answer sends its command again; the key it sends along makes that harmless. */
import type { IdempotencyConflict } from "@refold/core/journal/AppendError"
import * as Effect from "effect/Effect"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Balance, crowns } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

/** Two copies of one command, and an impostor. */
export interface SameCommandTwice {
  readonly _tag: "SameCommandTwice"
  readonly key: string
  readonly copies: ReadonlyArray<
    { readonly version: number; readonly balance: Balance; readonly deduplicated: boolean }
  >
  readonly conflict: IdempotencyConflict | undefined
  readonly checks: ReadonlyArray<Check>
}

/** Sends a command twice under one key, then another one under the same key. */
export const tell = Effect.fnUntraced(function*(id: string) {
  const key = `transfer-${id}`
  const withdraw = (amount: number) =>
    Accounts.handle(id, { _tag: "Withdraw", amount: crowns(amount), channel: "Transfer" }, { idempotencyKey: key })
  const first = yield* withdraw(25)
  const second = yield* withdraw(25)
  const conflict = yield* withdraw(2_500).pipe(
    Effect.as(undefined),
    Effect.catchTag("IdempotencyConflict", Effect.succeed)
  )
  const now = yield* Accounts.load(id)
  const chapter: SameCommandTwice = {
    _tag: "SameCommandTwice",
    key,
    copies: [first, second].map(({ deduplicated, state, version }) => ({
      version,
      balance: Account.balanceOf(state),
      deduplicated
    })),
    conflict,
    checks: [
      check(
        "the second copy of a command gets the first one's answer",
        second.deduplicated && second.version === first.version
      ),
      check("two copies of a command are stored once", now.version === first.version),
      check("another command under the same key is a conflict", conflict?.key === key)
    ]
  }
  return chapter
})
