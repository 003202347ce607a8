import * as RetryBudget from "@refold/store/internal/log/RetryBudget"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"

const second = Duration.seconds(1)

const run = <A, E>(test: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(Effect.provide(test, TestClock.layer()))

describe("a retry budget", () => {
  it("lasts until its time has passed since the first failure", () =>
    run(Effect.gen(function*() {
      const { isLeft } = RetryBudget.make(second)
      yield* TestClock.adjust("1 hour")
      expect(yield* isLeft).toBe(true)
      yield* TestClock.adjust("999 millis")
      expect(yield* isLeft).toBe(true)
      yield* TestClock.adjust("1 millis")
      expect(yield* isLeft).toBe(false)
    })))

  it("of zero allows no retry", () =>
    run(Effect.gen(function*() {
      expect(yield* RetryBudget.make(Duration.zero).isLeft).toBe(false)
    })))

  it("begins again after a success", () =>
    run(Effect.gen(function*() {
      const { isLeft, succeeded } = RetryBudget.make(second)
      yield* isLeft
      yield* TestClock.adjust("1 second")
      yield* succeeded
      expect(yield* isLeft).toBe(true)
    })))

  it("that is shared includes the retries of earlier statements", () =>
    run(RetryBudget.share(Effect.gen(function*() {
      const first = yield* RetryBudget.current(second)
      yield* first.isLeft
      yield* TestClock.adjust("1 second")
      expect(yield* first.isLeft).toBe(false)
      const later = yield* RetryBudget.share(RetryBudget.current(second))
      expect(yield* later.isLeft).toBe(false)
    }))))

  it("that is not shared belongs to one statement", () =>
    run(Effect.gen(function*() {
      const first = yield* RetryBudget.current(second)
      yield* first.isLeft
      yield* TestClock.adjust("1 second")
      expect(yield* first.isLeft).toBe(false)
      expect(yield* (yield* RetryBudget.current(second)).isLeft).toBe(true)
    })))
})
