/** The read side of the wallet: a projection, its rows, and queries of them, now and as they were. */
import { Effect, Schema } from "effect"
import { AsOf, CommandHandler, PastRows, Projection, Projector, ReadModel } from "refold"
import { codec, Wallet } from "./Wallet.ts"

// #region projection
export const Wallets = Projection.makeUnsafe({
  name: "wallets",
  version: 1,
  events: codec,
  keys: Projection.byStream,
  state: Schema.Struct({ cents: Schema.Int, movements: Schema.Int }),
  initialState: { cents: 0, movements: 0 },
  evolve: ({ cents, movements }, event) => ({
    cents: event._tag === "Deposited" ? cents + event.cents : cents - event.cents,
    movements: movements + 1
  }),
  indexes: { byCents: ["cents"] }
})
// #endregion

// #region queries
const richest = ReadModel.query(Wallets, { index: "byCents", descending: true, limit: 10 })

export const customers = Effect.gen(function*() {
  yield* Projector.start(Wallets)
  const handle = CommandHandler.make(Wallet)
  yield* handle("ada", { _tag: "Deposit", cents: 1000, from: "salary" })
  const first = yield* handle("bob", { _tag: "Deposit", cents: 400, from: "salary" })
  const last = yield* handle("bob", { _tag: "Deposit", cents: 900, from: "lottery" })

  // Read your own writes, page by page. A query has no EventStore.
  yield* ReadModel.awaitPosition(Wallets, last.position)
  const { rows } = yield* richest
  // The same rows as they were, refolded from the log.
  const past = yield* PastRows.asOf(Wallets, AsOf.position(first.position))
  const before = yield* past.query({ index: "byCents", descending: true })
  return { now: rows.map(({ key }) => key), before: before.rows.map(({ key }) => key) }
}).pipe(Effect.scoped)
// #endregion
