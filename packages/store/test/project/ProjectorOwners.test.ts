import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { ProjectionTarget } from "@refold/store/internal/project/ProjectionTarget"
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { run, runAtZero } from "../support/Account.ts"
import { balances, catchUp, changed, deposit, liveId, pass, seen, withRows } from "../support/Balances.ts"

describe("an owner that is interrupted in the middle of a batch", () => {
  it("stores nothing of it, and another owner takes over", () =>
    runAtZero(Effect.gen(function*() {
      yield* catchUp
      // Saves, and then does not end.
      const stuck = withRows(({ update }) => ({
        update: (id, body, options) => update(id, (batch) => Effect.andThen(body(batch), Effect.never), options)
      }))
      const owner = yield* Effect.forkScoped(stuck(Projector.run(balances)))
      yield* pass(0)
      yield* deposit("a", 1)
      yield* Effect.forkScoped(Projector.run(balances))
      yield* pass(5000)
      expect(yield* seen()).toEqual({})
      yield* Fiber.interrupt(owner)
      yield* pass(1000)
      expect(yield* seen()).toEqual({ a: 1 })
    })))
})

describe("an event that cannot be folded", () => {
  it("is retried after 50 and 100 ms, and then parked", () =>
    runAtZero(Effect.gen(function*() {
      let tries = 0
      const counted = changed({
        evolve: () => {
          tries++
          throw new Error("no")
        }
      })
      yield* Effect.forkScoped(Projector.run(counted))
      yield* deposit("a", 1)
      yield* pass(0)
      expect(tries).toBe(1)
      yield* pass(49)
      expect(tries).toBe(1)
      yield* pass(1)
      expect(tries).toBe(2)
      yield* pass(99)
      expect(tries).toBe(2)
      yield* pass(1)
      expect(tries).toBe(3)
      expect(yield* Parked.list(counted)).toMatchObject([{
        stream: "account-a",
        version: 1,
        attempts: 3,
        stage: "Evolve"
      }])
    })))

  it("is not parked if the second attempt folds it", () =>
    runAtZero(Effect.gen(function*() {
      let tries = 0
      const moody = changed({
        evolve: ({ balance, events }, { amount }) => {
          if (tries++ === 0) throw new Error("not today")
          return { balance: balance + amount, events: events + 1 }
        }
      })
      yield* Effect.forkScoped(Projector.run(moody))
      yield* deposit("a", 1)
      yield* pass(0)
      yield* pass(50)
      expect(yield* Parked.list(moody)).toEqual([])
      expect(yield* seen(moody)).toEqual({ a: 1 })
    })))
})

describe("a projection that is forgotten", () => {
  it("is unknown, and built from the first event on when it is run again", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 13, 2)
      yield* catchUp
      yield* Parked.discard(balances, Account.stream("a"), "booked by hand")
      yield* Projector.forget(balances)
      expect(yield* Effect.flip(seen())).toMatchObject({ _tag: "UnknownProjection" })
      yield* catchUp
      expect(yield* seen()).toEqual({ a: 3 })
    })))
})

describe("a target of your own", () => {
  it("receives the events batch by batch, and may write anywhere", () =>
    run(Effect.gen(function*() {
      const batches: Array<ReadonlyArray<RecordedEvent>> = []
      const target: ProjectionTarget = {
        name: "printer",
        version: 1,
        definition: StoredDefinition.render({
          kind: "rows",
          types: ["Deposited"],
          categories: ["account"],
          indexes: []
        }),
        indexes: [],
        checkVersion: () => Result.void,
        isKeyedByStream: true,
        types: ["Deposited"],
        categories: ["account"],
        fold: (_, events) =>
          Effect.sync(() => {
            batches.push(events)
            return { rows: [], removed: [], keepsNewer: false, poisoned: [], folded: events.length }
          })
      }
      yield* deposit("a", 1, 2, 3)
      yield* Account.append("a", Account.stored(1, { type: "Renamed" }))
      yield* Projector.catchUp(target, { batchSize: 2 })
      expect(batches.map((events) => events.map(({ version }) => version))).toEqual([[1, 2], [3]])
      expect(yield* Effect.flip(Effect.flatMap(liveId, () => Effect.void))).toMatchObject({ _tag: "UnknownProjection" })
    })))
})
