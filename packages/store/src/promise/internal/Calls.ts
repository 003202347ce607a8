/** Runs effects as promises: with the signal of the caller, and counted, so that a store can wait for them when it closes. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { Refused } from "../../decide/internal/Refused.ts"
import * as AsyncHandler from "../../log/internal/AsyncHandler.ts"
import { onAbort } from "./Signals.ts"
import { Aborted, type CallFailure, StoreClosed, UnexpectedError } from "./StoreErrors.ts"

/** The outcome of a call that does not reject, narrowed by `ok`. */
export type Attempt<A, E> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly error: E }

/** The calls of one store. */
export interface Calls<R> {
  /** Runs an effect. Rejects with its error, with the reason of the signal, or with `StoreClosed`. */
  readonly call: <A, E>(effect: Effect.Effect<A, E, R>, signal?: AbortSignal) => Promise<A>
  /** As `call`, but never rejects. */
  readonly attempt: <A, E>(effect: Effect.Effect<A, E, R>, signal?: AbortSignal) => Promise<Attempt<A, E | CallFailure>>
  /** Refuses calls from now on, and waits for those that run. */
  readonly close: () => Promise<void>
}

/** Calls with these services. */
export const make = <R>(services: Context.Context<R>): Calls<R> => {
  const fibers = new Set<Fiber.Fiber<unknown, unknown>>()
  let isClosed = false
  const attempt: Calls<R>["attempt"] = async (effect, signal) => {
    if (isClosed) return failed(new StoreClosed())
    if (signal?.aborted === true) return failed(new Aborted({ reason: signal.reason }))
    // The store's own services come first: the signal may be that of a handler of another store.
    const fiber = Effect.runForkWith(Context.merge(AsyncHandler.contextOf(signal), services))(effect)
    fibers.add(fiber)
    fiber.addObserver(() => fibers.delete(fiber))
    return outcomeOf(fiber, signal)
  }
  return {
    attempt,
    call: async (effect, signal) => {
      const outcome = await attempt(effect, signal)
      if (outcome.ok) return outcome.value
      throw thrownFor(outcome.error)
    },
    close: async () => {
      isClosed = true
      while (fibers.size > 0) await Promise.all([...fibers].map(ended))
    }
  }
}

// An abort settles the promise at once; the fiber ends later.
const outcomeOf = <A, E>(
  fiber: Fiber.Fiber<A, E>,
  signal: AbortSignal | undefined
): Promise<Attempt<A, E | CallFailure>> =>
  new Promise((resolve) => {
    const unwatch = onAbort(signal, () => {
      resolve(failed(new Aborted({ reason: signal?.reason })))
      fiber.interruptUnsafe()
    })
    fiber.addObserver((exit) => {
      unwatch()
      resolve(Exit.isSuccess(exit) ? { ok: true, value: exit.value } : failed(errorOf(exit.cause)))
    })
  })

const failed = <E>(error: E) => ({ ok: false, error }) as const

const ended = (fiber: Fiber.Fiber<unknown, unknown>) => new Promise((resolve) => fiber.addObserver(resolve))

/** The error of a failed call: the typed error, or `UnexpectedError`. */
export const errorOf = <E>(cause: Cause.Cause<E>): E | UnexpectedError => {
  const failure = cause.reasons.find(Cause.isFailReason)
  return failure === undefined ? new UnexpectedError({ cause: Cause.squash(cause) }) : failure.error
}

/** The reason of a rejected promise: an `Error`, or the reason of a signal, which is the caller's. */
export const thrownFor = (error: unknown): unknown =>
  error instanceof Aborted ? error.reason : error instanceof Error ? error : new Refused({ refusal: error })
