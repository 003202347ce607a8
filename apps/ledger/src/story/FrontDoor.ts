/**
 * Chapter: requests as they come over a wire, through the bank's front door. One comes twice and is done once; others are
 * turned away, each with its reason.
 */
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { UnknownCommand } from "@refold/store/app/Commands"
import type { Forbidden } from "@refold/store/app/Middleware"
import * as Effect from "effect/Effect"
import { crowns } from "../Amount.ts"
import * as Ledger from "../Ledger.ts"
import * as Processes from "../Processes.ts"
import { type Check, check } from "./Check.ts"
import * as People from "./People.ts"

/** What came, and what was answered. */
export interface FrontDoor {
  readonly _tag: "FrontDoor"
  readonly key: string
  readonly body: unknown
  readonly answers: ReadonlyArray<{ readonly version: number; readonly deduplicated: boolean }>
  readonly before: People.Holdings
  readonly after: People.Holdings
  readonly invalid: CommandInvalid | undefined
  readonly unknown: UnknownCommand | undefined
  readonly forbidden: Forbidden | undefined
  readonly checks: ReadonlyArray<Check>
}

// #region receive
// What stands behind an endpoint: read, then sent under the key that the client chose.
const receive = Effect.fnUntraced(function*(id: string, body: unknown, idempotencyKey: string) {
  const command = yield* Effect.fromResult(Ledger.parse(body))
  return yield* Ledger.send(id, command, { idempotencyKey })
})
// #endregion

/** Sends a request twice, then some that cannot be taken. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const people = People.of(run)
  const { fred: from, hugo: to } = people
  const [transfer, key] = [`lunch-${run}`, `request-${run}`]
  const body = { _tag: "RequestTransfer", from, to, amount: crowns(20), currency: People.currency }
  const before = yield* People.holdings(people)
  const first = yield* receive(transfer, body, key)
  const second = yield* receive(transfer, body, key)
  yield* Processes.moveMoney
  const after = yield* People.holdings(people)
  const invalid = yield* receive(transfer, { ...body, amount: "20", currency: "GBP" }, `${key}-2`).pipe(
    Effect.as(undefined),
    Effect.catchTag("CommandInvalid", Effect.succeed)
  )
  // It is a command; but not for people outside.
  const unknown = yield* receive(from, { _tag: "FreezeAccount", reason: "spite" }, `${key}-3`).pipe(
    Effect.as(undefined),
    Effect.catchTag("UnknownCommand", Effect.succeed)
  )
  const forbidden = yield* Ledger.send(from, { _tag: "FreezeAccount", reason: "spite" }).pipe(
    Effect.as(undefined),
    Effect.catchTag("Forbidden", Effect.succeed)
  )
  const answers = [first, second].map(({ deduplicated, version }) => ({ version, deduplicated }))
  return chapterOf({ key, body, answers, before, after, invalid, unknown, forbidden })
})

const chapterOf = (facts: Omit<FrontDoor, "_tag" | "checks">): FrontDoor => {
  const { after, answers: [first, second], before, forbidden, invalid, unknown } = facts
  return {
    _tag: "FrontDoor",
    ...facts,
    checks: [
      check(
        "a request that comes twice under one key moves money once",
        first?.deduplicated === false && second?.deduplicated === true && before.fred - after.fred === crowns(20)
      ),
      check("a malformed request is told everything that is wrong with it", invalid?.issues.length === 2),
      check("nobody can ask over the wire for what is not offered there", unknown !== undefined),
      check("a customer cannot do what is an employee's", forbidden !== undefined)
    ]
  }
}
