/** A projection, a process or a consumer that runs in the background of a Promise store. */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type * as Projector from "../../project/Projector.ts"
import type { NotOwned } from "../../project/ReadModelStore.ts"
import { type Calls, errorOf } from "./Calls.ts"
import type { Resources } from "./Resources.ts"
import { onAbort } from "./Signals.ts"

/** A runnable that runs until it is stopped, ends with an error, or its store is closed. */
export interface Running extends AsyncDisposable {
  /**
   * Resolves when it was stopped, and rejects with the error that ended it. The error is logged, too, so that it need not be
   * awaited.
   */
  readonly done: Promise<void>
  /** Stops it, and waits until the current event is handled. A second call does nothing. */
  readonly stop: () => Promise<void>
  /**
   * The reason if this program is too old: the event at which it waits for newer code, or the error with which it ended because
   * newer code has taken over. For a check of readiness.
   */
  readonly outdated: () => NewerSchemaVersion | NotOwned | undefined
}

/**
 * Starts it in a scope of its own. Rejects if the start fails. It is one of `resources` until it ends. An abort of the signal stops
 * it.
 */
export const start = <E, F, R>(
  { call }: Calls<R>,
  begin: Effect.Effect<Projector.Running<E>, F, R | Scope.Scope>,
  resources: Resources,
  signal: AbortSignal | undefined
): Promise<Running> => {
  const scope = Scope.makeUnsafe()
  const started = Effect.map(begin, (running) => track(running, scope, resources, signal))
  return call(
    Effect.onExit(
      Scope.provide(started, scope),
      (exit) => Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void
    ),
    signal
  )
}

const track = <E>(
  { ended, outdated }: Projector.Running<E>,
  scope: Scope.Closeable,
  resources: Resources,
  signal: AbortSignal | undefined
): Running => {
  let stopping: Promise<void> | undefined
  const stop = () => stopping ??= Effect.runPromise(Scope.close(scope, Exit.void))
  const done = Effect.runPromiseExit(ended).then(async (exit) => {
    resources.remove(running)
    unwatch()
    await stop()
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) throw errorOf(exit.cause)
  })
  const unwatch = onAbort(signal, () => void stop())
  const running = {
    done,
    stop,
    outdated: () => Option.getOrUndefined(Effect.runSync(outdated)),
    [Symbol.asyncDispose]: stop
  }
  // The error is logged where it ends; a program that does not await `done` keeps running.
  done.catch(() => undefined)
  resources.add(running)
  // It may have been aborted, or the store closed, while it was started.
  if (signal?.aborted === true || resources.areClosing()) void stop()
  return running
}
