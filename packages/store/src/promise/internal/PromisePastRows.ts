/** The rows of a projection as of a past point, read by async functions. */
import type { Tagged } from "@refold/core/event/EventType"
import type { AsOfLog } from "@refold/core/journal/AsOf"
import type { Projection } from "@refold/core/project/Projection"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Past from "../../project/PastRows.ts"
import type * as Projector from "../../project/Projector.ts"
import type { Readers } from "../../project/ReadModel.ts"
import type { ParkedStream } from "../../project/ReadModelStore.ts"
import type { Calls } from "./Calls.ts"
import type { CallOptions } from "./PromiseHandler.ts"
import { reads, type Rows } from "./PromiseRows.ts"

/** The options of past rows. */
export interface PastRowsOptions extends Projector.Options, CallOptions {}

/** The rows of a projection as of a past point; they are kept until they, or the store, are closed. */
export interface PastRows<State, Index extends string>
  extends Pick<Rows<State, Index>, "get" | "query">, AsyncDisposable
{
  /** Streams whose later events are missing from the rows, because one of their events cannot be folded. */
  readonly parked: ReadonlyArray<ParkedStream>
  /** Drops the rows: a read afterwards rejects. Again returns the same promise. */
  readonly close: () => Promise<void>
}

/** Folds the rows, and keeps them until `storeScope` closes at the latest. Rejects as `PastRows.asOf` fails. */
export const make = <Event extends Tagged, State, Index extends string>(
  calls: Calls<Readers>,
  storeScope: Scope.Scope,
  projection: Projection<Event, State, Index>,
  point: AsOfLog,
  { signal, ...options }: PastRowsOptions = {}
): Promise<PastRows<State, Index>> =>
  calls.call(
    Effect.flatMap(Scope.fork(storeScope), (scope) =>
      Past.asOf(projection, point, options).pipe(
        Effect.map((past) => opened(calls, past, scope)),
        Scope.provide(scope),
        Effect.onExit((exit) => Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void)
      )),
    signal
  )

const opened = <State, Index extends string>(
  calls: Calls<Readers>,
  past: Past.PastRows<State, Index>,
  scope: Scope.Closeable
): PastRows<State, Index> => {
  let closed: Promise<void> | undefined
  const close = () => closed ??= Effect.runPromise(Scope.close(scope, Exit.void))
  return { ...reads(calls, past), parked: past.parked, close, [Symbol.asyncDispose]: close }
}
