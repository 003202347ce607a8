/** A stream as an `AsyncIterable`: it is read on demand, one page at a time, and closed when the loop over it ends. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Attempt, type Calls, thrownFor } from "./Calls.ts"
import type { Resources } from "./Resources.ts"
import { Aborted, StoreClosed } from "./StoreErrors.ts"

/**
 * An iterable of a stream; each loop over it runs the stream anew. `break`, `return` and a throw in the loop close it, and so
 * does the store, which ends the loop. An abort of the signal rejects the next step with its reason.
 */
export const make = <A, E, R>(
  calls: Calls<R>,
  stream: Stream.Stream<A, E, R>,
  resources: Resources,
  signal: AbortSignal | undefined
): AsyncIterable<A> => ({ [Symbol.asyncIterator]: () => iterate(calls, stream, resources, signal) })

const iterate = <A, E, R>(
  calls: Calls<R>,
  stream: Stream.Stream<A, E, R>,
  resources: Resources,
  signal: AbortSignal | undefined
): AsyncIterator<A, undefined> => {
  const scope = Scope.makeUnsafe()
  const stopped = new AbortController()
  let closing: Promise<void> | undefined
  const close = () =>
    closing ??= (async () => {
      resources.remove(resource)
      stopped.abort()
      signal?.removeEventListener("abort", abort)
      await Effect.runPromise(Scope.close(scope, Exit.void))
    })()
  const abort = () => void close()
  const resource = { stop: close }
  if (resources.areClosing()) return { next: () => Promise.reject(new StoreClosed()) }
  resources.add(resource)
  signal?.addEventListener("abort", abort, { once: true })
  const pages = pagesOf(calls, stream, scope, stopped.signal)
  let page: ReadonlyArray<A> = []
  let taken = 0
  const step = async (): Promise<IteratorResult<A, undefined>> => {
    if (signal?.aborted === true) throw signal.reason
    if (closing !== undefined) return end
    if (taken === page.length) {
      const pulled = await pages()
      if (!pulled.ok) return finish(pulled.error, signal, close)
      page = pulled.value
      taken = 0
    }
    // Pages are not empty.
    return { done: false, value: page[taken++]! }
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    // Steps that are taken at the same time wait for one another.
    next: () => {
      const next = last.then(step)
      last = next.catch(() => undefined)
      return next
    },
    return: () => close().then(() => end)
  }
}

const end = { done: true, value: undefined } as const

// The next page of the stream, which begins with the first one.
const pagesOf = <A, E, R>(
  { attempt }: Calls<R>,
  stream: Stream.Stream<A, E, R>,
  scope: Scope.Closeable,
  signal: AbortSignal
) => {
  let pull: Pull.Pull<NonEmptyReadonlyArray<A>, E> | undefined
  const opened = Effect.suspend(() =>
    pull === undefined
      ? Effect.tap(Scope.provide(Stream.toPull(stream), scope), (made) =>
        Effect.sync(() => {
          pull = made
        }))
      : Effect.succeed(pull)
  )
  return (): Promise<Attempt<ReadonlyArray<A>, unknown>> => attempt(Effect.flatten(opened), signal)
}

const finish = async (
  error: unknown,
  signal: AbortSignal | undefined,
  close: () => Promise<void>
): Promise<typeof end> => {
  if (signal?.aborted === true) throw signal.reason
  await close()
  // The store was closed, or the stream has ended.
  if (error instanceof Aborted || Cause.isDone(error)) return end
  throw thrownFor(error)
}
