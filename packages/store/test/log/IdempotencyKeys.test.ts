import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { EventStore } from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as IdempotencyKeys from "@refold/store/log/IdempotencyKeys"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { deposit, history, run, runAtZero, stored, stream, withStore } from "../support/Account.ts"
import { logging } from "../support/Logging.ts"

const handle = CommandHandler.make(Account.account)

const day = 86_400_000

/** Uses a key on each of four days: `k0`, `k1` and so on; the last one, `kept`, never expires. */
const seed = Effect.gen(function*() {
  for (const n of [0, 1, 2, 3]) {
    yield* TestClock.setTime(1000 * day + n * day)
    yield* handle("a", deposit(n + 1), { idempotencyKey: `k${n}` })
  }
  yield* handle("a", deposit(9), { idempotencyKey: "kept", keyNeverExpires: true })
})

/** The numbers of the keys of `seed` that are stored. It repeats all commands, which stores the other keys, too. */
const known = Effect.gen(function*() {
  const answers = yield* Effect.forEach([0, 1, 2, 3], (n) => handle("a", deposit(n + 1), { idempotencyKey: `k${n}` }))
  return answers.flatMap(({ deduplicated }, n) => deduplicated ? [n] : [])
})

describe("expire", () => {
  it("deletes the older keys and returns their number", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      yield* TestClock.setTime(1005 * day)
      expect(yield* IdempotencyKeys.expire({ olderThan: "5 days" })).toBe(0)
      expect(yield* IdempotencyKeys.expire({ olderThan: Duration.millis(5 * day - 1) })).toBe(1)
      expect(yield* IdempotencyKeys.expire({ olderThan: "3 days" })).toBe(1)
      expect(yield* IdempotencyKeys.expire({ olderThan: "3 days" })).toBe(0)
      expect(yield* known).toEqual([2, 3])
    })))

  it("makes a command under a deleted key a new command", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      yield* TestClock.setTime(2000 * day)
      yield* IdempotencyKeys.expire({ olderThan: "1 day" })
      const other = yield* handle("a", deposit(100), { idempotencyKey: "k0" })
      expect(other).toMatchObject({ deduplicated: false, state: { balance: 119 } })
    })))

  it("deletes no key that never expires", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      yield* TestClock.setTime(9000 * day)
      expect(yield* IdempotencyKeys.expire({ olderThan: "1 milli" })).toBe(4)
      expect(yield* handle("a", deposit(9), { idempotencyKey: "kept" })).toMatchObject({ deduplicated: true })
      expect(yield* history("a")).toHaveLength(5)
    })))

  it("deletes no key of a plain append that never expires", () =>
    runAtZero(Effect.gen(function*() {
      const store = yield* EventStore
      const idempotency = { key: "k", fingerprint: "f", neverExpires: true }
      yield* store.append(stream("a"), [stored(1)], { idempotency })
      yield* store.append(stream("a"), [stored(2)], {
        idempotency: { key: "l", fingerprint: "f", neverExpires: false }
      })
      yield* TestClock.setTime(9000 * day)
      expect(yield* IdempotencyKeys.expire({ olderThan: "1 day" })).toBe(1)
      expect(Option.isSome(yield* store.findAppended(idempotency))).toBe(true)
    })))

  it("deletes nothing if no key can be that old", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      for (const olderThan of ["9000 weeks", Duration.infinity, Duration.millis(Number.MAX_VALUE)] as const) {
        expect(yield* IdempotencyKeys.expire({ olderThan })).toBe(0)
      }
    })))

  it.each<[string, unknown]>([
    ["a negative duration", Duration.millis(-1)],
    ["a negative number", -5],
    ["zero", "0 seconds"],
    ["NaN", NaN],
    ["negative infinity", Duration.negativeInfinity],
    ["a string that is no duration", "soon"],
    ["undefined", undefined]
  ])("fails for %s and deletes nothing", (_, olderThan) =>
    run(Effect.gen(function*() {
      const refused = { _tag: "InvalidInput", field: "olderThan", rule: "must be a duration above zero" }
      const asked = olderThan as Duration.Input
      yield* handle("a", deposit(1), { idempotencyKey: "k0" })
      expect(yield* Effect.flip(IdempotencyKeys.expire({ olderThan: asked }))).toMatchObject(refused)
      expect(yield* Effect.flip(IdempotencyKeys.keepFor(asked))).toMatchObject(refused)
      expect(yield* handle("a", deposit(1), { idempotencyKey: "k0" })).toMatchObject({ deduplicated: true })
    })))
})

describe("keepFor", () => {
  it("expires keys at an interval", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      const fiber = yield* Effect.forkChild(IdempotencyKeys.keepFor("2 days", { every: "1 day" }))
      // Only the first is older than two days now, and the second a day later.
      yield* TestClock.adjust("1 hour")
      expect(yield* known).toEqual([1, 2, 3])
      yield* TestClock.adjust("1 day")
      yield* Fiber.interrupt(fiber)
      expect(yield* known).toEqual([0, 2, 3])
    })))

  it("continues after an error of the store", () =>
    runAtZero(Effect.gen(function*() {
      yield* seed
      let asked = 0
      const down = new EventStoreError({ operation: "forget keys", cause: "down" })
      const failing = withStore(({ forgetKeys }) => ({
        forgetKeys: (before) => Effect.suspend(() => ++asked === 1 ? Effect.fail(down) : forgetKeys(before))
      }))
      const { capture, logged } = logging()
      const fiber = yield* Effect.forkChild(capture(failing(IdempotencyKeys.keepFor("2 days", { every: "1 day" }))))
      yield* TestClock.adjust("36 hours")
      yield* Fiber.interrupt(fiber)
      expect([asked, yield* known]).toEqual([2, [2, 3]])
      expect(logged).toEqual(["Warn: idempotency keys could not be expired; the next run tries again"])
    })))

  it("fails for an invalid pause", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(IdempotencyKeys.keepFor("1 day", { every: 0 })))
        .toMatchObject({ _tag: "InvalidInput", field: "every" })
    })))
})

describe("an idempotency key", () => {
  it("expires by the option of its first command, not of a repetition", () =>
    runAtZero(Effect.gen(function*() {
      yield* handle("a", deposit(1), { idempotencyKey: "k" })
      yield* handle("a", deposit(1), { idempotencyKey: "k", keyNeverExpires: true })
      yield* TestClock.setTime(9 * day)
      expect(yield* IdempotencyKeys.expire({ olderThan: "1 day" })).toBe(1)
    })))

  it("fails if neverExpires is not a boolean", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(handle("a", deposit(1), { idempotencyKey: "k", keyNeverExpires: "yes" as never })))
        .toMatchObject({ _tag: "InvalidInput", field: "idempotency.neverExpires" })
    })))
})
