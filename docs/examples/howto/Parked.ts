/** A projection and a process with a fault, and what an operator does about the streams and instances that are parked. */
import { Effect, Option, Schema } from "effect"
import { Parked, Process, ProcessInstances, ProcessRunner, Projection, ProjectionStatus, StreamName } from "refold"
import { codec, Wallet, type WalletEvent } from "../Wallet.ts"

// #region projection
// The first release fails on large sums. `repaired` is the code after the repair: the version stays, because the rows
// are right.
export const salaries = ({ repaired }: { readonly repaired: boolean }) =>
  Projection.makeUnsafe({
    name: "salaries",
    version: 1,
    events: codec,
    keys: Projection.byStream,
    state: Schema.Struct({ cents: Schema.Int }),
    initialState: { cents: 0 },
    evolve: ({ cents }, event) => {
      if (event._tag === "Withdrawn") return { cents }
      if (event.cents > 50_000 && !repaired) throw new RangeError(`${event.cents} cents are no salary`)
      return { cents: cents + event.cents }
    }
  })
// #endregion

// #region list
/** One line for each parked stream. */
export const parkedLines = Effect.map(
  Parked.list(salaries({ repaired: false })),
  (streams) =>
    streams.map(({ attempts, reason, stage, stream, type, version }) =>
      `${stream} waits at event ${version} (${type}), failed in ${stage} ${attempts} times: ${reason}`
    )
)
// #endregion

// #region status
/** For a readiness check or an alarm: is the projection degraded? */
export const isDegraded = Effect.map(
  ProjectionStatus.of(salaries({ repaired: true })),
  (status) => Option.exists(ProjectionStatus.current(status), ({ parked }) => parked.length > 0)
)
// #endregion

// #region repair
/** After the repair is deployed: all parked streams again. Returns those that are still parked. */
export const retryAll = Effect.gen(function*() {
  const repaired = salaries({ repaired: true })
  const streams = yield* Parked.list(repaired)
  const left = yield* Effect.forEach(streams, ({ stream }) => Parked.retry(repaired, stream))
  return left.flatMap(Option.toArray)
})

/** If the event itself is wrong: discards it, with a reason that is stored. */
export const leaveOut = (stream: StreamName.StreamName, reason: string) =>
  Parked.discard(salaries({ repaired: false }), stream, reason)
// #endregion

// #region process
// Every deposit of more than 50,000 cents leads to a fee.
export const fees = ({ repaired }: { readonly repaired: boolean }) =>
  Process.makeUnsafe<WalletEvent, null>({
    name: "fees",
    events: codec,
    categories: [Wallet.category],
    targets: [Wallet],
    correlate: (event, { stream }) =>
      event._tag === "Deposited" && event.cents > 50_000 ? Option.some(StreamName.id(stream)) : Option.none(),
    initialState: null,
    evolve: () => null,
    react: (_, event, { instance }) => {
      if (event._tag !== "Deposited") return []
      if (event.from === "lottery" && !repaired) throw new Error("no fee is known for the lottery")
      return [Process.send(Wallet, instance, { _tag: "Withdraw", cents: 100 })]
    }
  })
// #endregion

// #region instances
/** The parked instances, found by their status. */
export const parkedInstances = Effect.map(
  ProcessInstances.query(fees({ repaired: false }), { index: "status", where: { status: "Parked" } }),
  ({ rows }) => rows.map(({ state: { instance, parked } }) => ({ instance, reason: parked?.reason }))
)

/** After the repair: the instance reacts to the triggers that wait, in their order. */
export const retryInstance = (instance: string) => ProcessInstances.retry(fees({ repaired: true }), instance)

/** Discards the first trigger that waits. The reason is stored in the stream of the instance. */
export const discardTrigger = (instance: string, reason: string) =>
  ProcessInstances.discard(fees({ repaired: false }), instance, reason)
// #endregion

// #region observer
/** Events that the process could not match to an instance, because they did not decode or `correlate` threw. */
export const unmatched = Parked.list(ProcessRunner.observer(fees({ repaired: true })))
// #endregion
