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

/** The store of all other programs. They do not migrate, so their roles need no right to create objects. */
export const store = (url: Redacted.Redacted) => PostgresStore.layer({ url, migrate: false })
// #endregion

// #region api
const handleWallet = CommandHandler.make(Wallet)
const handleGift = CommandHandler.make(Gift)

/** Run any number of these programs. */
export const api = {
  deposit: (id: string, cents: number, idempotencyKey: string) =>
    handleWallet(id, { _tag: "Deposit", cents, from: "salary" }, { idempotencyKey }),
  promise: (gift: string, from: string, to: string, cents: number) => handleGift(gift, { from, to, cents }),
  richest: ReadModel.query(Wallets, { index: "byCents", descending: true, limit: 10 })
}
// #endregion

// #region worker
/** Run any number of these workers. */
export const worker = Effect.gen(function*() {
  yield* Projector.start(Wallets)
  yield* ProcessRunner.start(Giving, { handlers: [ProcessHandler.of(Wallet)] })
  return yield* Effect.never
}).pipe(Effect.scoped)
// #endregion

// #region keeper
/** Run one or several. Keys of processes never expire. */
export const keeper = IdempotencyKeys.keepFor("7 days", { every: "1 hour" })
// #endregion
