/**
 * One delivery: runs the handler of a consumer on a stored event, within its time limit. The handler runs in a fiber of its own:
 * an interruption of the consumer does not reach it, and one that cannot be interrupted does not stop the consumer.
 */
import { reasonOf } from "@refold/core/internal/event/Reason"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Formatter from "effect/Formatter"
import type { Batch } from "../../project/ReadModelStore.ts"

/**
 * The place of a handler's statements: outside of the batch's transaction, in it, or in it after a savepoint, so that the
 * statements of a handler that fails are undone.
 */
export type Place = "outside" | "inside" | "savepoint"

/** Runs a handler. Fails with the reason if the handler fails, dies, interrupts itself, or takes too long. */
export const deliver = <E, R>(
  batch: Batch,
  handler: Effect.Effect<unknown, E, R>,
  { place, timeout }: { readonly place: Place; readonly timeout: Duration.Duration }
): Effect.Effect<void, string, R> =>
  place === "outside"
    ? within(batch, batch.outside?.(handler) ?? handler, timeout)
    : place === "inside"
    ? within(batch, handler, timeout)
    : undoing(batch, within(batch, handler, timeout))

/** Undoes the statements of an effect that fails, or that ignored the failure of a statement. */
export const undoing = <A, R>(batch: Batch, effect: Effect.Effect<A, string, R>): Effect.Effect<A, string, R> =>
  // After a statement that has failed, every other one fails, too.
  Effect.mapError(
    batch.undoOnFailure(Effect.tap(effect, () => Effect.mapError(batch.readHead, () => aborted))),
    (error) => typeof error === "string" ? error : aborted
  )

const aborted = "a statement failed, and the handler ignored it"

const within = Effect.fnUntraced(function*<E, R>(
  batch: Batch,
  handler: Effect.Effect<unknown, E, R>,
  timeout: Duration.Duration
): Effect.fn.Return<void, string, R> {
  // Detached: a fiber ends after its children, and this one may never end.
  const fiber = yield* Effect.forkDetach(handler, { startImmediately: true })
  const ended = yield* Effect.raceFirst(
    Effect.timeoutOption(Fiber.await(fiber), timeout),
    keepAlive(batch)
  ).pipe(
    Effect.onError(() => stop(fiber))
  )
  if (ended._tag === "None") {
    yield* stop(fiber)
    return yield* Effect.fail(`it took longer than ${Duration.format(timeout)}`)
  }
  if (Exit.isFailure(ended.value)) return yield* Effect.fail(reasonFor(ended.value.cause))
})

// A handler that cannot be interrupted runs on; its result is ignored.
const stop = (fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<void> =>
  Effect.asVoid(Effect.timeoutOption(Fiber.interrupt(fiber), "1 second"))

// The server ends a transaction that is idle for longer than its timeout.
const keepAlive = ({ readHead }: Batch): Effect.Effect<never, string> =>
  Effect.andThen(Effect.sleep("1 second"), readHead).pipe(
    Effect.forever,
    Effect.mapError(({ message }) => `the transaction of the batch was lost: ${message}`)
  )

const reasonFor = (cause: Cause.Cause<unknown>): string =>
  Cause.hasInterruptsOnly(cause) ? "it interrupted itself" : reasonOf(describe(Cause.squash(cause)))

// The message of an error that wraps another one does not name the cause, and some errors have fields instead of a message.
const describe = (error: unknown, depth = 0): string => {
  if (!(error instanceof Error)) return typeof error === "string" ? error : Formatter.format(error)
  const hasMessage = error.message !== "" && error.message !== error.name
  const own = hasMessage ? error.message : Formatter.format(Object.fromEntries(Object.entries(error)))
  return error.cause instanceof Error && depth < 3 ? `${own}: ${describe(error.cause, depth + 1)}` : own
}
