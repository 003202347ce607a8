import type { StreamName } from "@refold/core/event/StreamName"
import * as AsOf from "@refold/core/journal/AsOf"
import * as PastRows from "@refold/store/project/PastRows"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { at, run, runAtZero, stream } from "../support/Account.ts"
import { balances, changed, deposit, hasty, total } from "../support/Balances.ts"

const balanceOf = Option.map(({ state }: { readonly state: { readonly balance: number } }) => state.balance)

// At 1, 2 and 3 seconds; the second one occurred long before.
const three = Effect.gen(function*() {
  yield* TestClock.setTime(1000)
  yield* Account.append("a", Account.stored(1, { occurredAt: at(1000) }))
  yield* TestClock.setTime(2000)
  yield* Account.append("a", Account.stored(2, { occurredAt: at(10) }))
  yield* TestClock.setTime(3000)
  yield* Account.append("b", Account.stored(4, { occurredAt: at(3000) }))
})

const totalAsOf = (point: AsOf.AsOfLog) =>
  Effect.scoped(Effect.gen(function*() {
    const { get } = yield* PastRows.asOf(total, point, hasty)
    return balanceOf(yield* get("all"))
  }))

describe("all rows of a projection", () => {
  it("as of a position are the fold of the events up to it", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      const totals = yield* Effect.forEach([0, 1, 2, 3], (n) => totalAsOf(AsOf.position(n)))
      expect(totals.map(Option.getOrNull)).toEqual([null, 1, 3, 7])
    })))

  it("as of an instant of the store's clock are the fold of the events stored by then", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      const totals = yield* Effect.forEach([999, 1000, 2999], (millis) => totalAsOf(AsOf.recordedAt(at(millis))))
      expect(totals.map(Option.getOrNull)).toEqual([null, 1, 3])
    })))

  it("as of an instant of the domain's clock are the fold of the events that had occurred by then", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      const totals = yield* Effect.forEach([9, 10, 1000], (millis) => totalAsOf(AsOf.occurredAt(at(millis))))
      expect(totals.map(Option.getOrNull)).toEqual([null, 2, 3])
    })))

  it("can be queried without live rows", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      const { query } = yield* PastRows.asOf(balances, AsOf.position(3))
      const { position, rows } = yield* query({ index: "byBalance", descending: true, limit: 1 })
      expect(rows).toMatchObject([{ key: "account-b", state: { balance: 4 } }])
      expect(position).toBe(3)
    })))

  it("list the parked streams", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 13)
      const { get, parked } = yield* PastRows.asOf(balances, AsOf.position(2), hasty)
      expect(parked).toMatchObject([{ stream: "account-a", version: 2 }])
      expect(balanceOf(yield* get("account-a"))).toEqual(Option.some(1))
    })))

  it("are dropped with their scope and do not change the live rows", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Projector.catchUp(balances)
      const { generations } = yield* ReadModelStore
      yield* Effect.scoped(Effect.gen(function*() {
        yield* PastRows.asOf(balances, AsOf.position(1))
        expect(yield* generations("balances")).toMatchObject([{ status: "Live" }, { status: "Scratch" }])
      }))
      expect(yield* generations("balances")).toMatchObject([{ status: "Live" }])
    })))

  it.each([["beyond the last event", 4], ["negative", -1], ["not a whole number", 0.5]])(
    "fail as of a position that is %s",
    (_, n) =>
      runAtZero(Effect.gen(function*() {
        yield* three
        const error = yield* Effect.flip(PastRows.asOf(balances, AsOf.position(n)))
        expect(error).toMatchObject({ _tag: "InvalidInput", field: "asOf.position" })
      }))
  )

  it("fail for code that is older than the live rows", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(changed({ version: 2 }))
      expect(yield* Effect.flip(PastRows.asOf(balances, AsOf.position(0)))).toMatchObject({
        _tag: "ProjectionOutdated"
      })
    })))
})

describe("the row of one stream", () => {
  const row = (point: AsOf.AsOf) => Effect.map(PastRows.rowAsOf(balances, stream("a"), point), balanceOf)

  it("as of a version, a position or an instant is folded from this stream only", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      const points = [
        AsOf.version(0),
        AsOf.version(1),
        AsOf.position(3),
        AsOf.recordedAt(at(1500)),
        AsOf.occurredAt(at(10))
      ]
      expect((yield* Effect.forEach(points, row)).map(Option.getOrNull)).toEqual([null, 1, 3, 1, 2])
    })))

  it("fails for a projection that is not keyed by stream", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      expect(yield* Effect.flip(PastRows.rowAsOf(total, stream("a"), AsOf.version(1)))).toMatchObject({
        _tag: "InvalidInput",
        field: "projection"
      })
    })))

  it("fails as of a position beyond the last event", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      expect(yield* Effect.flip(row(AsOf.position(4)))).toMatchObject({ _tag: "InvalidInput", field: "asOf.position" })
    })))

  it("fails as of a version beyond the last event of the stream", () =>
    runAtZero(Effect.gen(function*() {
      yield* three
      expect(yield* Effect.flip(row(AsOf.version(9)))).toMatchObject({ _tag: "InvalidInput", field: "asOf.version" })
    })))

  it("fails for an invalid stream name", () =>
    run(Effect.gen(function*() {
      const nowhere = PastRows.rowAsOf(balances, "nodash" as StreamName, AsOf.version(1))
      expect(yield* Effect.flip(nowhere)).toMatchObject({ _tag: "InvalidInput", field: "stream" })
    })))

  it("fails if one of its events cannot be folded", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 13)
      expect(balanceOf(yield* PastRows.rowAsOf(balances, stream("a"), AsOf.version(1)))).toEqual(Option.some(1))
      expect(yield* Effect.flip(row(AsOf.version(2)))).toMatchObject({ _tag: "PoisonedEvent", version: 2 })
    })))
})
