/** The wallet with a snapshot at every 100th event. */
import { Effect, Schema } from "effect"
import { Aggregate, CommandHandler, State } from "refold"
import { codec, decider, WalletCommand } from "../Wallet.ts"

// #region aggregate
export const Wallet = Aggregate.makeUnsafe({
  category: "wallet",
  events: codec,
  commands: WalletCommand,
  decider,
  snapshots: { name: "balance", version: 1, state: Schema.Int, every: 100 }
})
// #endregion

export const manyCents = Effect.gen(function*() {
  const handle = CommandHandler.make(Wallet)
  for (let n = 0; n < 101; n++) yield* handle("ada", { _tag: "Deposit", cents: 1, from: "change" })
  return yield* State.load(Wallet, "ada")
})
