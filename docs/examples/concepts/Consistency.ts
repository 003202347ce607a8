/** Two clients at one wallet, a command that is sent twice, and a query that includes the client's own command. */
import { Effect } from "effect"
import { CommandHandler, ExpectedVersion, Projector, ReadModel } from "refold"
import { Wallets } from "../Richest.ts"
import { Wallet } from "../Wallet.ts"

const handle = CommandHandler.make(Wallet)

// #region conflict
export const conflict = Effect.gen(function*() {
  const seen = yield* handle("ada", { _tag: "Deposit", cents: 1000, from: "salary" })
  // Another client withdraws. The first one still shows version 1.
  yield* handle("ada", { _tag: "Withdraw", cents: 900 })
  return yield* Effect.flip(
    handle("ada", { _tag: "Deposit", cents: 5, from: "change" }, { expected: ExpectedVersion.Exact(seen.version) })
  )
})
// #endregion

// #region retry
export const retry = Effect.gen(function*() {
  yield* handle("bob", { _tag: "Deposit", cents: 500, from: "salary" })
  const first = yield* handle("bob", { _tag: "Withdraw", cents: 400 }, { idempotencyKey: "order-7" })
  // The answer was lost on its way to the client, which sends the command again.
  const again = yield* handle("bob", { _tag: "Withdraw", cents: 400 }, { idempotencyKey: "order-7" })
  const misused = yield* Effect.flip(
    handle("bob", { _tag: "Withdraw", cents: 1 }, { idempotencyKey: "order-7" })
  )
  return { first, again, misused }
})
// #endregion

// #region read-your-writes
export const ownWrites = Effect.gen(function*() {
  yield* Projector.start(Wallets)
  const answer = yield* handle("carl", { _tag: "Deposit", cents: 700, from: "salary" })
  yield* ReadModel.awaitPosition(Wallets, answer)
  return yield* ReadModel.get(Wallets, answer.stream)
}).pipe(Effect.scoped)
// #endregion
