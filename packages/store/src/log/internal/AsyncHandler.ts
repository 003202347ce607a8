/**
 * Handlers of users as effects: a handler returns an effect, or is an async function. An async function gets a signal, which is
 * aborted if the effect is interrupted. Calls of the Promise store with that signal run in the context of the handler: with its
 * cause, its key of a process, its transaction and its span.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The context that an async handler gets with its input. */
export interface HandlerContext {
  /**
   * Aborted when the handler has to stop: after its timeout, or if the program stops. Pass it to each call of the store, so
   * that the stored events name the handled event as their cause.
   */
  readonly signal: AbortSignal
}

/** The result of a handler: an effect, or the promise of an async function. */
export type Handling<E, R> = Effect.Effect<unknown, E, R> | PromiseLike<unknown>

// The context of the fiber of each running handler, by the signal of the handler.
const contexts = new WeakMap<AbortSignal, Context.Context<never>>()

/** The context of the handler that got this signal, while it runs; empty for other signals. */
export const contextOf = (signal: AbortSignal | undefined): Context.Context<never> =>
  (signal && contexts.get(signal)) ?? Context.empty()

/** Calls a handler. `failure` gets what an async function throws; what the call itself throws is a defect. */
export const call = <E, F, R>(
  handler: (context: HandlerContext) => Handling<E, R>,
  failure: (error: unknown) => Effect.Effect<never, F>
): Effect.Effect<unknown, E | F, R> =>
  Effect.withFiber(({ context }) =>
    Effect.callback<unknown, E | F, R>((resume) => {
      const controller = new AbortController()
      const { signal } = controller
      const settle = (effect: Effect.Effect<unknown, E | F, R>) => {
        contexts.delete(signal)
        resume(effect)
      }
      contexts.set(signal, context)
      const handling = handler({ signal })
      if (Effect.isEffect(handling)) return settle(handling)
      handling.then((value) => settle(Effect.succeed(value)), (error) => settle(failure(error)))
      return Effect.sync(() => {
        contexts.delete(signal)
        controller.abort()
      })
    })
  )
