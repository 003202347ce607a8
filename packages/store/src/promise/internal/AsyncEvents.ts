/** A stream as an `AsyncIterable`: it is read on demand, one page at a time, and closed when the loop over it ends. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Attempt, type Calls, thrownFor } from "./Calls.ts"
import type { Resources, Stoppable } from "./Resources.ts"
import { onAbort } from "./Signals.ts"
import { Aborted, StoreClosed } from "./StoreErrors.ts"

/**
 * An iterable of a stream; each loop over it runs the stream from its start. `break`, `return` and a throw in the loop close it, and so
 * does the store, which ends the loop. An abort of the signal rejects the next step with its reason.
 */
export const make = <A, E, R>(
  calls: Calls<R>,
  stream: Stream.Stream<A, E, R>,
  resources: Resources,
  signal: AbortSignal | undefined
): AsyncIterable<A> => ({
  [Symbol.asyncIterator]: () => {
    if (resources.areClosing()) return { next: () => Promise.reject(new StoreClosed()) }
    const opened = open(resources, signal)
    return iterate(pagesOf(calls, stream, opened), opened, signal)
  }
})

/** The state of a loop until it is stopped. */
interface Opened extends Stoppable {
  readonly scope: Scope.Scope
  /** Aborted when it is stopped. */
  readonly stopped: AbortSignal
}

const open = (resources: Resources, signal: AbortSignal | undefined): Opened => {
  const scope = Scope.makeUnsafe()
  const controller = new AbortController()
  let stopping: Promise<void> | undefined
  const stop = () =>
    stopping ??= (async () => {
      resources.remove(opened)
      controller.abort()
      unwatch()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    })()
  const opened = { scope, stopped: controller.signal, stop }
  const unwatch = onAbort(signal, () => void stop())
  resources.add(opened)
  return opened
}

type Pages<A> = () => Promise<Attempt<ReadonlyArray<A>, unknown>>

// The next page of the stream, which begins with the first one.
const pagesOf = <A, E, R>(
  { attempt }: Calls<R>,
  stream: Stream.Stream<A, E, R>,
  { scope, stopped }: Opened
): Pages<A> => {
  let pull: Pull.Pull<NonEmptyReadonlyArray<A>, E> | undefined
  const opened = Effect.suspend(() =>
    pull === undefined
      ? Effect.tap(Scope.provide(Stream.toPull(stream), scope), (made) =>
        Effect.sync(() => {
          pull = made
        }))
      : Effect.succeed(pull)
  )
  return () => attempt(Effect.flatten(opened), stopped)
}

const end = { done: true, value: undefined } as const

const iterate = <A>(
  pages: Pages<A>,
  { stop, stopped }: Opened,
  signal: AbortSignal | undefined
): AsyncIterator<A, undefined> => {
  let page: ReadonlyArray<A> = []
  let taken = 0
  const step = async (): Promise<IteratorResult<A, undefined>> => {
    if (signal?.aborted === true) return finish(undefined, stop, signal)
    if (stopped.aborted) return end
    if (taken === page.length) {
      const pulled = await pages()
      if (!pulled.ok) return finish(pulled.error, stop, signal)
      page = pulled.value
      taken = 0
    }
    // Pages are not empty.
    return { done: false, value: page[taken++]! }
  }
  let last: Promise<unknown> = Promise.resolve()
  // Steps that are taken at the same time wait for one another.
  const next = () => {
    const taken = last.then(step)
    last = taken.catch(() => undefined)
    return taken
  }
  return { next, return: () => stop().then(() => end) }
}

const finish = async (
  error: unknown,
  stop: () => Promise<void>,
  signal: AbortSignal | undefined
): Promise<typeof end> => {
  await stop()
  if (signal?.aborted === true) throw signal.reason
  // The store was closed, or the stream has ended.
  if (error instanceof Aborted || Cause.isDone(error)) return end
  throw thrownFor(error)
}
