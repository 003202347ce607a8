import * as Projection from "@refold/core/project/Projection"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModelCache from "@refold/store/project/ReadModelCache"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { codec, run } from "../support/Account.ts"
import { balances, catchUp, deposit, down, inline, total, withRows } from "../support/Balances.ts"

// A cached reader, and the number of its reads of rows.
const counting = Effect.gen(function*() {
  const cached = yield* ReadModelCache.make(balances)
  const count = { reads: 0 }
  const counted = withRows(({ read }) => ({
    read: (source, selection) => Effect.suspend(() => (count.reads++, read(source, selection)))
  }))
  return {
    count,
    get: (key: string) => counted(cached.get(key)),
    query: (...asked: Parameters<typeof cached.query>) => counted(cached.query(...asked))
  }
})

describe("a cached reader", () => {
  it("reads rows once until they change", () =>
    run(Effect.gen(function*() {
      const { count, get, query } = yield* counting
      yield* deposit("a", 1)
      yield* catchUp
      for (let n = 0; n < 3; n++) expect(yield* get("account-a")).toMatchObject(Option.some({ state: { balance: 1 } }))
      for (let n = 0; n < 3; n++) expect((yield* query({ limit: 5 })).rows).toHaveLength(1)
      expect(count.reads).toBe(2)
      yield* deposit("a", 2)
      yield* catchUp
      expect(yield* get("account-a")).toMatchObject(Option.some({ state: { balance: 3 } }))
      expect(count.reads).toBe(3)
    })))

  it("caches the absence of a row", () =>
    run(Effect.gen(function*() {
      const { count, get } = yield* counting
      yield* catchUp
      expect([yield* get("account-a"), yield* get("account-a")]).toEqual([Option.none(), Option.none()])
      expect(count.reads).toBe(1)
    })))

  it("returns the new checkpoint if no row has changed", () =>
    run(Effect.gen(function*() {
      const { count, query } = yield* counting
      yield* catchUp
      expect(yield* query()).toMatchObject({ rows: [], position: 0 })
      yield* deposit("a", 13)
      yield* catchUp
      expect(yield* query()).toMatchObject({ rows: [], position: 1 })
      expect(count.reads).toBe(1)
    })))

  it("returns the new rows after a rebuild", () =>
    run(Effect.gen(function*() {
      const { count, query } = yield* counting
      yield* deposit("a", 1)
      yield* catchUp
      yield* query()
      yield* Stream.runDrain(Rebuild.rebuild(balances))
      yield* query()
      expect(count.reads).toBe(2)
    })))

  it("does not cache failures", () =>
    run(Effect.gen(function*() {
      const cached = yield* ReadModelCache.make(balances)
      yield* catchUp
      const failing = withRows(() => ({ read: () => Effect.fail(down) }))
      expect(yield* Effect.flip(failing(cached.query()))).toBe(down)
      expect(yield* cached.query()).toMatchObject({ rows: [] })
    })))

  it("fails if there are no live rows", () =>
    run(Effect.gen(function*() {
      const cached = yield* ReadModelCache.make(balances)
      expect(yield* Effect.flip(cached.get("account-a"))).toMatchObject({ _tag: "UnknownProjection" })
    })))

  it("evicts the least recently used answer", () =>
    run(Effect.gen(function*() {
      const cached = yield* ReadModelCache.make(total, { capacity: 1 })
      yield* Projector.catchUp(total)
      let reads = 0
      const counted = withRows(({ read }) => ({
        read: (source, selection) => Effect.suspend(() => (reads++, read(source, selection)))
      }))
      for (const key of ["a", "a", "b", "a"]) yield* counted(cached.get(key))
      expect(reads).toBe(3)
    })))

  it("returns frozen rows", () =>
    run(Effect.gen(function*() {
      const { count, get, query } = yield* counting
      yield* deposit("a", 1)
      yield* catchUp
      const row = Option.getOrThrow(yield* get("account-a"))
      const page = yield* query()
      // As untyped code could.
      expect(() => Object.assign(row.state, { balance: 99 })).toThrow(TypeError)
      expect(() => Object.assign(row, { key: "b" })).toThrow(TypeError)
      expect(() => Array.prototype.pop.call(page.rows)).toThrow(TypeError)
      Object.assign(page, { rows: [] })
      expect(yield* get("account-a")).toMatchObject(Option.some({ key: "account-a", state: { balance: 1 } }))
      expect((yield* query()).rows).toHaveLength(1)
      expect(count.reads).toBe(2)
    })))

  it("copies rows with objects that cannot be frozen for each caller", () =>
    run(Effect.gen(function*() {
      const dates = Projection.makeUnsafe({
        name: "dates",
        version: 1,
        events: codec,
        keys: () => ["all"],
        state: Schema.Struct({ last: Schema.DateFromString, byName: Schema.ReadonlyMap(Schema.String, Schema.Finite) }),
        initialState: { last: new Date(0), byName: new Map<string, number>() },
        evolve: (_, { amount }) => ({ last: new Date(amount), byName: new Map([["a", amount]]) })
      })
      yield* deposit("a", 5)
      yield* Projector.catchUp(dates)
      const cached = yield* ReadModelCache.make(dates)
      const given = [
        ...Option.toArray(yield* cached.get("all")),
        ...(yield* cached.query()).rows
      ]
      for (const { state } of given) {
        state.last.setTime(9)
        Map.prototype.set.call(state.byName, "a", 9)
      }
      const { state } = Option.getOrThrow(yield* cached.get("all"))
      expect([state.last.getTime(), state.byName.get("a")]).toEqual([5, 5])
      expect((yield* cached.query()).rows[0]?.state).toEqual(state)
    })))

  it("cannot be made for an inline projection", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(ReadModelCache.make(inline))).toMatchObject({
        _tag: "InvalidInput",
        field: "projection"
      })
    })))
})
