/** Chapter: the same transfer without a saga. Both accounts move in one commit, so there is nothing to wait for or undo. */
import type { PartRefused } from "@refold/store/decide/Together"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import type * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Amount, crowns } from "../Amount.ts"
import { transferAtOnce } from "../TransferAtOnce.ts"
import { type Check, check } from "./Check.ts"
import * as People from "./People.ts"

/** A transfer that went through, one that did not, and many at once. */
export interface TransferInOneCommit {
  readonly _tag: "TransferInOneCommit"
  readonly amount: Amount
  readonly before: People.Holdings
  readonly after: People.Holdings
  /** The streams that the commit wrote to, and where. */
  readonly written: ReadonlyArray<{ readonly stream: string; readonly version: number; readonly position: number }>
  readonly refused: PartRefused<Account.Refusal> | undefined
  readonly crowd: number
  readonly checks: ReadonlyArray<Check>
}

const amount = crowns(100)
const crowd = 4

/** Moves money in one commit, tries to where nobody is, and lets several collide. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const people = People.of(run)
  const { fred: from, gina: to } = people
  const movement = { from, to, amount, currency: People.currency, purpose: "tickets" }
  const before = yield* People.holdings(people)
  const committed = yield* transferAtOnce(movement)
  const after = yield* People.holdings(people)
  const version = Effect.map(Accounts.load(from), (loaded) => loaded.version)
  const seen = yield* version
  const refused = yield* transferAtOnce({ ...movement, to: `nobody-${run}` }).pipe(
    Effect.as(undefined),
    Effect.catchTag("PartRefused", Effect.succeed)
  )
  const unchanged = (yield* version) === seen
  const back = transferAtOnce({ ...movement, from: to, to: from, amount: crowns(100 / crowd) })
  yield* Effect.all(Array.from({ length: crowd }, () => back), { concurrency: "unbounded" })
  const again = yield* People.holdings(people)
  const written = Option.match(committed, {
    onNone: () => [],
    onSome: ({ streams }) => streams.map(({ position, stream, version }) => ({ stream, version, position }))
  })
  const chapter: TransferInOneCommit = {
    _tag: "TransferInOneCommit",
    amount,
    before,
    after,
    written,
    refused,
    crowd,
    checks: [
      check(
        "one commit moves both accounts",
        written.length === 2 && before.fred - after.fred === amount && after.gina - before.gina === amount
      ),
      check("where one account says no, neither moves", refused?.refusal._tag === "AccountNotOpen" && unchanged),
      check(`of ${crowd} such transfers at once none is lost`, Equal.equals(again, before))
    ]
  }
  return chapter
})
