// The delays of the retry policies, in milliseconds, and when each policy ends.
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"

/** The first `n` delays of a policy; fewer if it ends before. */
const delays = (policy: Schedule.Schedule<unknown>, n: number): Promise<ReadonlyArray<number>> =>
  Effect.runPromise(Effect.gen(function*() {
    const step = yield* Schedule.toStep(policy)
    const found: Array<number> = []
    const next = Effect.map(
      Effect.suspend(() => step(0, undefined)),
      ([, delay]) => found.push(Duration.toMillis(delay))
    )
    yield* Pull.catchDone(Effect.repeat(next, { times: n - 1 }), () => Effect.void)
    return found
  }))

describe("a retry policy", () => {
  it.each([
    ["a failed command", RetryPolicies.commandAttempt(3), [100, 200]],
    ["a command that is tried once", RetryPolicies.commandAttempt(1), []],
    ["a failed instance", RetryPolicies.instanceFailure, [
      200,
      400,
      800,
      1600,
      3200,
      6400,
      12_800,
      25_600,
      30_000,
      30_000
    ]],
    ["a poisoned event", RetryPolicies.poisonedEvent("50 millis"), [
      50,
      100,
      200,
      400,
      800,
      1600,
      3200,
      6400,
      12_800,
      25_600
    ]],
    ["an event that a slow receiver refuses", RetryPolicies.poisonedEvent("20 seconds"), [
      20_000,
      40_000,
      ...Array.from({ length: 8 }, () => 60_000)
    ]],
    ["an event with a long pause", RetryPolicies.poisonedEvent("5 minutes"), Array.from({ length: 10 }, () => 300_000)],
    ["an unavailable store", RetryPolicies.storeUnavailable, Array.from({ length: 10 }, () => 500)],
    ["a dropped generation", RetryPolicies.generationDropped, [0, 0, 0, 0, 0]]
  ])("of %s has these delays", async (_, policy, expected) => {
    expect(await delays(policy, 10)).toEqual(expected)
  })

  it.each([
    ["a version conflict", RetryPolicies.versionConflict(10), [2, 4, 8, 16, 32, 64, 128, 200, 200, 200], 0, 1],
    [
      "a lost connection",
      RetryPolicies.reconnect,
      [10, 20, 40, 80, ...Array.from({ length: 26 }, () => 100)],
      0.8,
      1.2
    ],
    [
      "a lost listener",
      RetryPolicies.listenAgain,
      [
        100,
        200,
        400,
        800,
        1600,
        3200,
        ...Array.from({ length: 24 }, () => 5000)
      ],
      0.8,
      1.2
    ]
  ])("of %s has these delays times a random factor", async (_, policy, expected, least, most) => {
    const found = await delays(policy, 30)
    expect(found).toHaveLength(expected.length)
    for (const [index, delay] of found.entries()) {
      expect(delay).toBeGreaterThanOrEqual(expected[index]! * least)
      expect(delay).toBeLessThanOrEqual(expected[index]! * most)
    }
  })

  it("that is driven by a loop waits, and fails with the error after its end", () =>
    Effect.runPromise(
      Effect.gen(function*() {
        const wait = yield* RetryPolicies.drive<string>(RetryPolicies.commandAttempt(2))
        const first = yield* Effect.forkChild(wait("one"))
        yield* TestClock.adjust(99)
        expect(first.pollUnsafe()).toBeUndefined()
        yield* TestClock.adjust(1)
        yield* Fiber.join(first)
        expect(yield* Effect.exit(wait("two"))).toEqual(Exit.fail("two"))
      }).pipe(Effect.provide(TestClock.layer()))
    ))
})
