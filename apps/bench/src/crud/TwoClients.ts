/**
 * The lost update in fixed steps: one client reads an account, another one deposits, and the first one writes. It is
 * deterministic.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Books, BooksFailed } from "./Books.ts"
import type { Movement } from "./Operation.ts"

/** The expected balance after both deposits, and the actual one. */
export interface Outcome {
  readonly expected: number
  readonly actual: number
}

const opening = 100_00
const at = new Date(Date.UTC(2026, 2, 2, 9))
const ofAda: Movement = { _tag: "Deposit", account: "joint", cents: 30_00, by: "ada", why: "birthday", at }
const ofBob: Movement = { _tag: "Deposit", account: "joint", cents: 50_00, by: "bob", why: "salary", at }

/** Ada reads; Bob deposits 50.00; Ada deposits 30.00. `heldUp` waits until a session waits for a lock. */
export const interleave = Effect.fnUntraced(function*<E, R>(
  books: Books,
  heldUp: Effect.Effect<void, E, R>
): Effect.fn.Return<Outcome, BooksFailed | E, R> {
  const hasLooked = yield* Deferred.make<void>()
  const mayWrite = yield* Deferred.make<void>()
  yield* books.open(["joint"], opening)
  const pause = Effect.andThen(Deferred.succeed(hasLooked, undefined), Deferred.await(mayWrite))
  const ada = yield* Effect.forkChild(books.bookLate(ofAda, pause))
  yield* Effect.raceFirst(Deferred.await(hasLooked), Fiber.join(ada))
  const bob = yield* Effect.forkChild(books.book(ofBob))
  yield* books.defence === "the second one waits" ? heldUp : Fiber.await(bob)
  yield* Deferred.succeed(mayWrite, undefined)
  yield* Fiber.join(ada)
  yield* Fiber.join(bob)
  return { expected: opening + ofAda.cents + ofBob.cents, actual: yield* books.balance("joint") }
})
