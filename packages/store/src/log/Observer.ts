/**
 * Code of this process that is told of events as they happen. Each observer follows the log by itself: what one does,
 * or fails to do, reaches neither writers nor other observers.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure, type ReplayOptions } from "./EventReader.ts"

/** Which events an observer is told of, and what becomes of its failures. */
export interface ObserveOptions<E, R> extends ReplayOptions {
  /** Told of each failure of the observer, defects included; by default it is logged. The next event comes either way. */
  readonly onFailure?: ((cause: Cause.Cause<E>, event: RecordedEvent) => Effect.Effect<void, never, R>) | undefined
}

/**
 * Tells `observer` of every event from now on, in order and one at a time, until the scope closes. Events that it
 * appends itself come later, as any others do; observers that begin while it is at work are told of later events only.
 * Fails with `InvalidInput` where an option breaks a rule.
 * For an effect that must happen exactly once, use a projection: an observer forgets where it was with its process.
 */
export const observe = Effect.fnUntraced(function*<E, R>(
  observer: (event: RecordedEvent) => Effect.Effect<void, E, R>,
  { onFailure, ...filter }: ObserveOptions<E, R> = {}
): Effect.fn.Return<void, ReadFailure, EventReader | Scope.Scope | R> {
  yield* Effect.fromResult(ReadOptions.check(filter))
  const reader = yield* EventReader
  const after = yield* reader.head
  const tell = (event: RecordedEvent) =>
    Effect.catchCause(Effect.suspend(() => observer(event)), (cause) => (onFailure ?? logFailure)(cause, event))
  yield* Effect.forkScoped(Stream.runForEach(reader.subscribe({ ...filter, after }), tell))
})

const logFailure = (cause: Cause.Cause<unknown>, { position, type }: RecordedEvent): Effect.Effect<void> =>
  Effect.logWarning(`an observer failed on ${type} at position ${position}`, cause)
