/**
 * Runs a function for every new event, in this program. Each observer has its own subscription: a slow or failing one
 * affects neither writers nor other observers.
 */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { printable } from "@refold/core/internal/event/Printable"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure, type ReplayOptions } from "./EventReader.ts"

/** The events to observe, and what to do with failures. */
export interface ObserveOptions<E, R> extends Omit<ReplayOptions, "onLogChange"> {
  /** Run after each failure of the observer, defects included; logs it by default. The next event follows in any case. */
  readonly onFailure?: ((cause: Cause.Cause<E>, event: RecordedEvent) => Effect.Effect<void, never, R>) | undefined
}

/**
 * Runs `observer` for every event appended from now on, in order and one at a time, until the scope closes. Events that
 * it appends itself follow in their order, too. Fails with `InvalidInput` if an option breaks a rule. An event that cannot
 * be read ends it and is logged.
 *
 * An observer has no checkpoint: events appended while the program is down are missed. Use a projection or a process if
 * every event must be handled. If the log goes back, it continues at the new end.
 */
export const observe = Effect.fnUntraced(function*<E, R>(
  observer: (event: RecordedEvent) => Effect.Effect<void, E, R>,
  { onFailure, ...filter }: ObserveOptions<E, R> = {}
): Effect.fn.Return<void, ReadFailure, EventReader | Scope.Scope | R> {
  yield* Effect.fromResult(ReadOptions.check(filter))
  const reader = yield* EventReader
  const after = yield* reader.head
  const run = (event: RecordedEvent) =>
    Effect.catchCause(Effect.suspend(() => observer(event)), (cause) => (onFailure ?? logFailure)(cause, event))
  const observeAfter = (after: Position): Effect.Effect<void, ReadFailure, R> =>
    Stream.runForEach(reader.subscribe({ ...filter, after }), run).pipe(
      Effect.catchTag("LogWentBack", (error) =>
        Effect.andThen(
          Effect.logWarning(`an observer continues after position ${error.last}`, error),
          observeAfter(error.last)
        ))
    )
  yield* Effect.forkScoped(
    Effect.tapCause(observeAfter(after), (cause) => Effect.logError("an observer has ended", cause))
  )
})

const logFailure = (cause: Cause.Cause<unknown>, { position, type }: RecordedEvent): Effect.Effect<void> =>
  Effect.logWarning(printable(`an observer failed for event ${type} at position ${position}`), cause)
