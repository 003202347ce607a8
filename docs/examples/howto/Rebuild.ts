/** A second version of the projection of wallets, built beside the first. */
import { Effect, Schema, Stream } from "effect"
import { Projection, Projector, ReadModel, Rebuild } from "refold"
import { codec } from "../Wallet.ts"

// #region version
export const Wallets = Projection.makeUnsafe({
  name: "wallets",
  // Version 1 had no `largest`.
  version: 2,
  events: codec,
  keys: Projection.byStream,
  state: Schema.Struct({ cents: Schema.Int, movements: Schema.Int, largest: Schema.Int }),
  initialState: { cents: 0, movements: 0, largest: 0 },
  evolve: ({ cents, largest, movements }, event) => ({
    cents: event._tag === "Deposited" ? cents + event.cents : cents - event.cents,
    movements: movements + 1,
    largest: Math.max(largest, event.cents)
  }),
  indexes: { byCents: ["cents"], byLargest: ["largest"] }
})
// #endregion

// #region deploy
/** For a program: builds version 2, makes it live, and keeps it up to date. */
export const project = Projector.start(Wallets)
// #endregion

// #region job
/** For a job before the deployment: builds version 2 and prints the progress. */
export const rebuild = (say: (line: string) => void) =>
  Rebuild.rebuild(Wallets, { batchSize: 500 }).pipe(
    Stream.runForEach(({ done, isLive, total }) =>
      Effect.sync(() => say(isLive ? "the new rows are live" : `${done} of ${total}`))
    )
  )
// #endregion

// #region read
export const largestMovements = Effect.map(
  ReadModel.query(Wallets, { index: "byLargest", descending: true, limit: 3 }),
  ({ rows }) => rows.map(({ key, state }) => [key, state.largest] as const)
)
// #endregion
