/** The wallet in use: the same program on any store. */
import { PostgresStore } from "@refold/postgres"
import { Effect } from "effect"
import { AsOf, CommandHandler, MemoryStore, State } from "refold"
import { Wallet } from "./Wallet.ts"

// #region program
const handle = CommandHandler.make(Wallet)

export const shopping = Effect.gen(function*() {
  yield* handle("ada", { _tag: "Deposit", cents: 1000, from: "salary" })
  yield* handle("ada", { _tag: "Withdraw", cents: 300 })
  // The same command under the same key happens once, however often it is sent.
  yield* handle("ada", { _tag: "Withdraw", cents: 200 }, { idempotencyKey: "order-7" })
  yield* handle("ada", { _tag: "Withdraw", cents: 200 }, { idempotencyKey: "order-7" })
  const refusal = yield* Effect.flip(handle("ada", { _tag: "Withdraw", cents: 9000 }))

  const now = yield* State.load(Wallet, "ada")
  const afterTheFirstEvent = yield* State.load(Wallet, "ada", { asOf: AsOf.version(1) })
  return { balance: now.state, atFirst: afterTheFirstEvent.state, refused: refusal._tag }
})
// #endregion

// #region stores
export const inMemory = Effect.provide(shopping, MemoryStore.layer)
export const inPostgres = Effect.provide(shopping, PostgresStore.layerEmbedded())
// #endregion
