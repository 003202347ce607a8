/** The programs of one service: a job that migrates, an API, workers, and a job that deletes old idempotency keys. */
import { PostgresStore } from "@refold/postgres"
import { Effect, Layer, type Redacted } from "effect"
import { CommandHandler, IdempotencyKeys, ProcessHandler, ProcessRunner, Projector, ReadModel } from "refold"
import { Gift, Giving } from "../Gifts.ts"
import { Wallets } from "../Richest.ts"
import { Wallet } from "../Wallet.ts"

// #region migrate
/** The job before a deployment, as the owner of the schema: opening the store creates or updates its schema. */
export const migrate = (url: Redacted.Redacted) => Effect.scoped(Layer.build(PostgresStore.layer({ url })))

/** What all other programs run on. They do not migrate, so their roles need no right to create anything. */
export const store = (url: Redacted.Redacted) => PostgresStore.layer({ url, migrate: false })
// #endregion

// #region api
const handleWallet = CommandHandler.make(Wallet)
const handleGift = CommandHandler.make(Gift)

/** As many as you like. */
export const api = {
  deposit: (id: string, cents: number, idempotencyKey: string) =>
    handleWallet(id, { _tag: "Deposit", cents, from: "salary" }, { idempotencyKey }),
  promise: (gift: string, from: string, to: string, cents: number) => handleGift(gift, { from, to, cents }),
  richest: ReadModel.query(Wallets, { index: "byCents", descending: true, limit: 10 })
}
// #endregion

// #region worker
/** As many as you like, all the same. */
export const worker = Effect.gen(function*() {
  yield* Projector.start(Wallets)
  yield* ProcessRunner.start(Giving, { handlers: [ProcessHandler.of(Wallet)] })
  return yield* Effect.never
}).pipe(Effect.scoped)
// #endregion

// #region keeper
/** One or several; keys of processes never expire. */
export const keeper = IdempotencyKeys.keepFor("7 days", { every: "1 hour" })
// #endregion
