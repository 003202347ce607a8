/** A projection, a consumer and a process in several partitions, spread over workers and programs. */
import { Effect, Schema } from "effect"
import { Consumer, Partitions, ProcessHandler, ProcessRunner, Projection, Projector } from "refold"
import { Giving } from "../Gifts.ts"
import { codec, Wallet } from "../Wallet.ts"

// #region projection
export const Balances = Projection.makeUnsafe({
  name: "balances",
  version: 1,
  events: codec,
  keys: Projection.byStream,
  state: Schema.Struct({ cents: Schema.Int }),
  initialState: { cents: 0 },
  evolve: ({ cents }, event) => ({ cents: event._tag === "Deposited" ? cents + event.cents : cents - event.cents })
})
// #endregion

/** The booked amounts of each bank, in order. */
export const booked = new Map<string, ReadonlyArray<number>>()

// #region consumer
// Deposits of one payer are booked in their order, in all wallets.
const bookings = Consumer.makeUnsafe({
  name: "bookings",
  events: codec,
  startAt: "start",
  partitionBy: (event) => (event._tag === "Deposited" ? event.from : "withdrawals"),
  handle: (event) =>
    Effect.sync(() => {
      if (event._tag === "Deposited") booked.set(event.from, [...booked.get(event.from) ?? [], event.cents])
    })
})
// #endregion

// #region change
/** Run it once, as a job or by an operator; the workers below may keep running. */
export const spread = (partitions: number) =>
  Effect.gen(function*() {
    yield* Partitions.change(Balances, partitions)
    yield* Partitions.change(Consumer.target(bookings), partitions)
    yield* Partitions.change(ProcessRunner.observer(Giving), partitions)
  })
// #endregion

// #region worker
/** Run any number of these workers. Each works on two partitions at a time. */
export const worker = Effect.gen(function*() {
  yield* Projector.start(Balances, { workers: 2 })
  yield* Consumer.start(bookings, { workers: 2 })
  yield* ProcessRunner.start(Giving, { handlers: [ProcessHandler.of(Wallet)], observers: 2 })
  return yield* Effect.never
}).pipe(Effect.scoped)
// #endregion

// #region list
/** Which partition is behind, which has parked streams, and which waits for newer code. */
export const lines = Effect.map(
  Partitions.list(bookings),
  (partitions) => partitions.map(({ parked, partition, position }) => `${partition}: ${position}, ${parked} parked`)
)
// #endregion
