import * as AsOf from "@refold/core/journal/AsOf"
import * as Parked from "@refold/store/project/Parked"
import * as PastRows from "@refold/store/project/PastRows"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { at, run, runAtZero, stream } from "../support/Account.ts"
import { balances, catchUp, deposit, down, garble, hasty, repaired, seen, withRows } from "../support/Balances.ts"
import { logging } from "../support/Logging.ts"

// 13 is poisonous: the account's second and later events wait.
const parked = Effect.gen(function*() {
  yield* deposit("a", 1, 13, 4)
  yield* deposit("b", 5)
  yield* catchUp
})

describe("a stream with an event that cannot be folded", () => {
  it("is parked from this event on, and other streams are not", () =>
    runAtZero(Effect.gen(function*() {
      yield* parked
      expect(yield* seen()).toEqual({ a: 1, b: 5 })
      expect(yield* Parked.list(balances)).toEqual([{
        stream: "account-a",
        version: 2,
        position: 2,
        type: "Deposited",
        stage: "Evolve",
        reason: "it threw Error: 13 brings bad luck",
        attempts: 1,
        parkedAt: at(0)
      }])
    })))

  it("is logged once", () => {
    const { capture, logged } = logging()
    return run(
      Effect.gen(function*() {
        yield* parked
        yield* deposit("a", 8)
        yield* catchUp
        expect(logged).toEqual([
          "Warn: projection \"balances\" has parked stream \"account-a\" at event 2 (Deposited) after 1 attempt: " +
          "it threw Error: 13 brings bad luck. This event and all later ones of the stream are skipped: repair the cause " +
          "and call Parked.retry, or skip the event with Parked.discard"
        ])
      }).pipe(capture)
    )
  })

  it("is listed in the order of the poisoned events", () =>
    run(Effect.gen(function*() {
      yield* deposit("b", 13)
      yield* deposit("a", 13)
      yield* deposit("b", 13)
      yield* catchUp
      expect((yield* Parked.list(balances)).map(({ stream }) => stream)).toEqual(["account-b", "account-a"])
    })))

  it("is parked with its later events, too", () =>
    run(Effect.gen(function*() {
      yield* parked
      yield* deposit("a", 8)
      yield* catchUp
      expect(yield* seen()).toEqual({ a: 1, b: 5 })
      expect(yield* Parked.list(balances)).toHaveLength(1)
    })))

  it("is parked if its data cannot be decoded", () =>
    run(Effect.gen(function*() {
      yield* garble("a")
      yield* catchUp
      expect(yield* Parked.list(balances)).toMatchObject([{
        version: 1,
        stage: "Event",
        reason: expect.stringContaining("amount")
      }])
    })))
})

describe("a retry", () => {
  it("by fixed code folds all events in order and unparks the stream", () =>
    run(Effect.gen(function*() {
      yield* parked
      expect(yield* Parked.retry(repaired, stream("a"))).toEqual(Option.none())
      expect(yield* Parked.list(balances)).toEqual([])
      expect(yield* ReadModel.get(balances, "account-a")).toMatchObject(
        Option.some({ state: { balance: 18, events: 3 } })
      )
    })))

  it("that fails again changes only the number of attempts", () =>
    run(Effect.gen(function*() {
      yield* parked
      expect(yield* Parked.retry(balances, stream("a"))).toMatchObject(Option.some({ version: 2, attempts: 2 }))
      expect(yield* Parked.list(balances)).toMatchObject([{ version: 2, attempts: 2 }])
      expect(yield* seen()).toEqual({ a: 1, b: 5 })
    })))

  it("stops at the next event that fails, and keeps the events folded before", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 13, 4)
      yield* garble("a")
      yield* deposit("a", 8)
      yield* catchUp
      expect(yield* Parked.retry(repaired, stream("a"))).toMatchObject(
        Option.some({ version: 4, stage: "Event", attempts: 1 })
      )
      expect(yield* seen()).toEqual({ a: 18 })
    })))

  it("also retries in the rows of a rebuild", () =>
    run(Effect.gen(function*() {
      yield* parked
      yield* Stream.runDrain(Stream.take(Rebuild.rebuild(balances, { ...hasty, batchSize: 2 }), 1))
      yield* Parked.retry(repaired, stream("a"))
      yield* Stream.runDrain(Rebuild.rebuild(balances, hasty))
      expect(yield* seen()).toEqual({ a: 18, b: 5 })
      expect(yield* Parked.list(balances)).toEqual([])
    })))

  it("of a stream that is not parked fails", () =>
    run(Effect.gen(function*() {
      yield* parked
      expect(yield* Effect.flip(Parked.retry(balances, stream("b")))).toMatchObject({
        _tag: "NotParked",
        projection: "balances",
        stream: "account-b"
      })
    })))
})

describe("a discard", () => {
  it("skips the poisoned event, folds the later ones, and is recorded", () =>
    runAtZero(Effect.gen(function*() {
      yield* parked
      expect(yield* Parked.discard(balances, stream("a"), "booked by hand")).toEqual(Option.none())
      expect(yield* seen()).toEqual({ a: 5, b: 5 })
      expect(yield* Parked.listDiscarded(balances)).toEqual([
        { position: 2, stream: "account-a", version: 2, reason: "booked by hand", discardedAt: at(0) }
      ])
    })))

  it("holds for rebuilds and for past rows", () =>
    run(Effect.gen(function*() {
      yield* parked
      yield* Parked.discard(balances, stream("a"), "booked by hand")
      yield* Stream.runDrain(Rebuild.rebuild(repaired))
      expect(yield* seen()).toEqual({ a: 5, b: 5 })
      const past = yield* PastRows.asOf(repaired, AsOf.position(2))
      expect(yield* past.get("account-a")).toMatchObject(Option.some({ state: { balance: 1 } }))
      expect(yield* PastRows.rowAsOf(repaired, stream("a"), AsOf.version(3))).toMatchObject(
        Option.some({ state: { balance: 5 } })
      )
    })))

  it.each([["empty", ""], ["not storable", "a\u0000"]])(
    "fails for a reason that is %s",
    (_, reason) =>
      run(Effect.gen(function*() {
        yield* parked
        expect(yield* Effect.flip(Parked.discard(balances, stream("a"), reason))).toMatchObject({
          _tag: "InvalidInput",
          field: "reason"
        })
        expect(yield* Parked.list(balances)).toHaveLength(1)
      }))
  )

  it("of a stream that is not parked fails and records nothing", () =>
    run(Effect.gen(function*() {
      yield* parked
      expect(yield* Effect.flip(Parked.discard(balances, stream("b"), "why not"))).toMatchObject({ _tag: "NotParked" })
      expect(yield* Parked.listDiscarded(balances)).toEqual([])
    })))
})

describe("the parked streams of a projection that was never run", () => {
  it("cannot be listed", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(Parked.list(balances))).toMatchObject({ _tag: "UnknownProjection" })
      expect(yield* Effect.flip(Parked.retry(balances, stream("a")))).toMatchObject({ _tag: "NotParked" })
      expect(yield* Parked.listDiscarded(balances)).toEqual([])
      yield* Projector.catchUp(balances)
      expect(yield* Parked.list(balances)).toEqual([])
    })))
})

describe("a discard during a rebuild", () => {
  // By code that can fold the poisonous amount, and whose checkpoint is after it.
  const rebuilt = Effect.gen(function*() {
    const store = yield* ReadModelStore
    const { id } = yield* store.begin(repaired, "Building")
    let batches = 0
    const failed = Projector.catchUp(repaired).pipe(withRows((rows) => ({
      // The rebuild folds the event, cannot become live, and then the store fails.
      update: (generation, body, options) =>
        generation === id && batches++ > 0
          ? Effect.fail(down)
          : rows.update(generation, (batch) => body({ ...batch, promote: Effect.succeed(false) }), options)
    })))
    yield* Effect.flip(failed)
    const generations = yield* store.generations(balances.name)
    return generations.find((one) => one.id === id)
  })

  it("that has folded the event fails, and nothing is recorded", () =>
    run(Effect.gen(function*() {
      yield* parked
      expect(yield* rebuilt).toMatchObject({ status: "Building", checkpoint: 4 })
      const refused = yield* Effect.flip(Parked.discard(balances, stream("a"), "a mistake"))
      expect(refused).toMatchObject({ _tag: "InvalidInput", field: "stream" })
      expect(yield* Parked.listDiscarded(balances)).toEqual([])
      expect(yield* Parked.list(balances)).toHaveLength(1)
    })))

  it("that has not reached the event holds for the rebuild, too", () =>
    run(Effect.gen(function*() {
      yield* parked
      yield* (yield* ReadModelStore).begin(repaired, "Building")
      yield* Parked.discard(balances, stream("a"), "a mistake")
      yield* Stream.runDrain(Rebuild.rebuild(repaired))
      expect(yield* seen()).toEqual({ a: 5, b: 5 })
    })))
})
