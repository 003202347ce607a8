// Several events at the same time: how many, of which streams, and which ones are handled again if one fails.
import * as Consumer from "@refold/store/consume/Consumer"
import * as Parked from "@refold/store/project/Parked"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { run, runAtZero } from "../support/Account.ts"
import { deposit, down, pass, withRows } from "../support/Balances.ts"
import * as Mail from "../support/Mail.ts"

const checkpoint = Effect.gen(function*() {
  return (yield* (yield* ReadModelStore).generations("mail"))[0]!.checkpoint
})

/** Each event takes as many seconds as its amount; each begin and end is recorded. */
const timed = (parts: Mail.Parts<never> = {}) => {
  const notes: Array<string> = []
  const { consumer } = Mail.make({
    ...parts,
    before: ({ amount }) =>
      Effect.sync(() => notes.push(`+${amount}`)).pipe(
        Effect.andThen(Effect.sleep(amount * 1000)),
        Effect.andThen(Effect.sync(() => notes.push(`-${amount}`)))
      )
  })
  return { consumer, notes }
}

describe("concurrency", () => {
  it.each([
    ["0", { concurrency: 0 }],
    ["no whole number", { concurrency: 1.5 }],
    ["more than 1 in a transaction", { concurrency: 2, inTransaction: true }],
    ["more than 1 with handleAll", { concurrency: 2, handle: undefined, handleAll: () => Effect.void }]
  ])("of %s is refused", (_, part) => {
    const made = Consumer.make<Account.Event>({
      name: "mail",
      events: Account.codec,
      startAt: "start",
      handle: () => Effect.void,
      ...part
    })
    expect(Result.getOrThrow(Result.flip(made))).toMatchObject({ _tag: "InvalidInput", field: "concurrency" })
  })

  it("is the number of events handled at the same time, the first of the log whose streams are free", () =>
    runAtZero(Effect.gen(function*() {
      const { consumer, notes } = timed({ concurrency: 2, name: "mail" })
      yield* deposit("a", 8, 1)
      yield* deposit("b", 3)
      yield* deposit("c", 4)
      yield* Consumer.start(consumer)
      yield* pass(1000)
      expect(notes).toEqual(["+8", "+3"])
      yield* pass(20_000)
      yield* pass(20_000)
      yield* pass(20_000)
      expect(notes.indexOf("-8")).toBeLessThan(notes.indexOf("+1"))
      expect(yield* checkpoint).toBe(4)
    })))

  it("stores no checkpoint after a running event; later events that have ended are not handled again", () =>
    runAtZero(Effect.gen(function*() {
      const { consumer, notes } = timed({ concurrency: 3 })
      yield* deposit("a", 9)
      yield* deposit("b", 2, 3)
      const scope = yield* Scope.make()
      yield* Scope.provide(Consumer.start(consumer), scope)
      yield* pass(1000)
      yield* pass(3000)
      expect(notes).toEqual(["+9", "+2", "-2"])
      expect(yield* checkpoint).toBe(0)
      yield* pass(6000)
      yield* pass(2000)
      yield* pass(5000)
      yield* pass(5000)
      expect(notes).toEqual(["+9", "+2", "-2", "-9", "+3", "-3"])
      expect(yield* checkpoint).toBe(3)
      yield* Scope.close(scope, Exit.void)
    })))

  it("ends after all running events when the consumer is stopped", () =>
    runAtZero(Effect.gen(function*() {
      const { consumer, notes } = timed({ concurrency: 2 })
      yield* deposit("a", 2)
      yield* deposit("b", 5)
      yield* deposit("c", 7)
      const running = yield* Effect.forkChild(Consumer.run(consumer))
      yield* pass(1000)
      const stopping = yield* Effect.forkChild(Fiber.interrupt(running))
      yield* pass(3000)
      expect(stopping.pollUnsafe()).toBeUndefined()
      yield* pass(3000)
      yield* Fiber.join(stopping)
      expect(notes).toEqual(["+2", "+5", "-2", "-5"])
      expect(yield* checkpoint).toBe(2)
    })))
})

describe("of events that are handled at the same time, one that fails", () => {
  const ascending = (one: number, two: number) => one - two

  /** 13 always fails; each attempt is recorded. */
  const failing = (concurrency: number) => {
    const tries: Array<number> = []
    const { amounts, consumer } = Mail.make({
      concurrency,
      before: ({ amount }) =>
        Effect.suspend(() => {
          tries.push(amount)
          return amount === 13 ? Effect.fail("no") : Effect.sleep(1)
        })
    })
    return { amounts, consumer, tries }
  }

  it.each([1, 2, 5])(
    "is parked after %i attempts, and no other event is handled twice",
    (attempts) =>
      run(Effect.gen(function*() {
        const { amounts, consumer, tries } = failing(4)
        yield* deposit("a", 1, 13, 2)
        yield* deposit("b", 3, 4)
        yield* deposit("c", 13, 5)
        yield* deposit("d", 6, 7, 13)
        yield* Consumer.catchUp(consumer, { attempts, backoff: "1 millis" })
        expect(tries.filter((one) => one === 13).length).toBe(3 * attempts)
        expect(amounts().toSorted(ascending)).toEqual([1, 3, 4, 6, 7])
        expect(tries.filter((one) => one !== 13).toSorted(ascending)).toEqual([1, 3, 4, 6, 7])
        expect(yield* Parked.list(consumer)).toMatchObject([{ attempts }, { attempts }, { attempts }])
      }))
  )

  it("is retried alone, and its stream continues in order", () =>
    run(Effect.gen(function*() {
      const { consumer } = failing(4)
      yield* deposit("a", 1, 13, 2)
      yield* deposit("b", 3)
      yield* Consumer.catchUp(consumer, Mail.hasty)
      const { amounts, consumer: repaired } = Mail.make({ concurrency: 4, before: () => Effect.void })
      expect(yield* Parked.retry(Consumer.target(repaired), Account.stream("a"))).toEqual(Option.none())
      expect(amounts()).toEqual([13, 2])
    })))

  it("because the transaction of the batch was lost is not counted as a failed attempt", () =>
    runAtZero(Effect.gen(function*() {
      let batches = 0
      const { amounts, consumer } = Mail.make({ concurrency: 3, before: () => Effect.sleep("3 seconds") })
      yield* deposit("a", 1)
      yield* deposit("b", 2)
      yield* deposit("c", 3)
      // The first batch begins the consumer, and the second one is lost while three events are being handled.
      const running = yield* Effect.forkChild(
        Consumer.run(consumer, Mail.hasty).pipe(withRows(({ update }) => ({
          update: (id, body, options) =>
            update(id, (batch) =>
              ++batches === 2
                ? body({ ...batch, readHead: Effect.fail(down), save: () => Effect.fail(down) })
                : body(batch), options)
        })))
      )
      for (let seconds = 0; seconds < 20; seconds++) yield* pass(1000)
      expect(batches).toBeGreaterThan(2)
      expect(amounts()).toEqual([1, 2, 3])
      expect(yield* Parked.list(consumer)).toEqual([])
      yield* Fiber.interrupt(running)
    })))
})
