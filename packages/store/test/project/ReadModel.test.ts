import type { RowQuery } from "@refold/core/project/RowQuery"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { run } from "../support/Account.ts"
import { balances, catchUp, deposit, inline, withRows } from "../support/Balances.ts"

const query = (asked?: RowQuery<"byBalance">) => ReadModel.query(balances, asked)

const keys = (asked?: RowQuery<"byBalance">) =>
  Effect.map(query(asked), ({ rows }) => rows.map(({ key }) => key.replace("account-", "")))

const four = Effect.gen(function*() {
  for (const [id, amount] of [["a", 3], ["b", 1], ["c", 2], ["d", 2]] as const) yield* deposit(id, amount)
  yield* catchUp
})

describe("a row", () => {
  it("has its state and the position and version of its last event", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* deposit("b", 5)
      yield* deposit("a", 2)
      yield* catchUp
      expect(yield* ReadModel.get(balances, "account-a")).toEqual(
        Option.some({ key: "account-a", state: { balance: 3, events: 2 }, position: 3, version: 2 })
      )
    })))

  it("is None if it does not exist", () =>
    run(Effect.gen(function*() {
      yield* catchUp
      expect(yield* ReadModel.get(balances, "account-a")).toEqual(Option.none())
    })))

  it.each(["", "a\u0000", "\uD800", "a".repeat(256)])("cannot have the key %j", (key) =>
    run(Effect.gen(function*() {
      yield* catchUp
      expect(yield* Effect.flip(ReadModel.get(balances, key))).toMatchObject({ _tag: "InvalidInput", field: "key" })
    })))

  it("that does not fit the projection's schema fails with its key", () =>
    run(Effect.gen(function*() {
      yield* four
      const garbled = withRows(({ read }) => ({
        read: (source, selection) =>
          Effect.map(read(source, selection), (selected) => ({
            ...selected,
            rows: selected.rows.map((row) => ({ ...row, state: { balance: "much" } }))
          }))
      }))
      const unreadable = { _tag: "UnreadableRow", projection: "balances", key: "account-a", version: 1 }
      expect(yield* Effect.flip(garbled(ReadModel.get(balances, "account-a")))).toMatchObject(unreadable)
      expect(yield* Effect.flip(garbled(query()))).toMatchObject(unreadable)
    })))
})

describe("a query", () => {
  it("returns all rows ordered by key by default, with the checkpoint", () =>
    run(Effect.gen(function*() {
      yield* four
      expect(yield* keys()).toEqual(["a", "b", "c", "d"])
      expect(yield* query()).toMatchObject({ next: Option.none(), position: 4 })
    })))

  it("returns rows by an index, filtered, in a range, descending", () =>
    run(Effect.gen(function*() {
      yield* four
      expect(yield* keys({ index: "byBalance" })).toEqual(["b", "c", "d", "a"])
      expect(yield* keys({ index: "byBalance", descending: true })).toEqual(["a", "d", "c", "b"])
      expect(yield* keys({ index: "byBalance", where: { balance: 2 } })).toEqual(["c", "d"])
      expect(yield* keys({ index: "byBalance", range: { from: 2, to: 3 } })).toEqual(["c", "d"])
    })))

  it("returns pages without gaps or repetitions", () =>
    run(Effect.gen(function*() {
      yield* four
      const first = yield* query({ index: "byBalance", limit: 2 })
      const after = Option.getOrThrow(first.next)
      expect(yield* keys({ index: "byBalance", limit: 2, after })).toEqual(["d", "a"])
    })))

  it("has no next page after one that ends with the last row", () =>
    run(Effect.gen(function*() {
      yield* four
      const { next, rows } = yield* query({ limit: 4 })
      expect(rows).toHaveLength(4)
      expect(next).toEqual(Option.none())
    })))

  it("returns all rows as a stream for any page size", () =>
    run(Effect.gen(function*() {
      yield* four
      for (const limit of [1, 3, 4, undefined]) {
        const rows = yield* Stream.runCollect(ReadModel.stream(balances, { index: "byBalance", limit }))
        expect(rows.map(({ key }) => key)).toEqual(["account-b", "account-c", "account-d", "account-a"])
      }
    })))

  it("fails for the cursor of another query", () =>
    run(Effect.gen(function*() {
      yield* four
      const after = Option.getOrThrow((yield* query({ limit: 2 })).next)
      const others: ReadonlyArray<RowQuery<"byBalance">> = [
        { after, index: "byBalance" },
        { after, descending: true },
        { after: `${after}x` as typeof after }
      ]
      for (const other of others) {
        expect(yield* Effect.flip(query(other))).toMatchObject({ _tag: "InvalidInput", field: "after" })
      }
      expect(yield* keys({ after, limit: 2 })).toEqual(["c", "d"])
    })))

  it.each<[string, RowQuery]>([
    ["limit", { limit: 0 }],
    ["limit", { limit: 1001 }],
    ["index", { index: "byName" }],
    ["where.events", { index: "byBalance", where: { events: 1 } }],
    ["where.balance", { index: "byBalance", where: { balance: "much" } }],
    ["range.from", { index: "byBalance", range: { from: true } }]
  ])("fails for an invalid %s: %j", (field, asked) =>
    run(Effect.gen(function*() {
      yield* four
      // As from untyped code.
      const unchecked = asked as RowQuery<"byBalance">
      expect(yield* Effect.flip(query(unchecked))).toMatchObject({ _tag: "InvalidInput", field })
    })))
})

describe("a projection without rows", () => {
  it("is unknown if it was never run", () =>
    run(Effect.gen(function*() {
      expect(yield* Effect.flip(query())).toMatchObject({ _tag: "UnknownProjection", projection: "balances" })
    })))

  it("is not ready before its first build is done", () =>
    run(Effect.gen(function*() {
      yield* (yield* ReadModelStore).open(balances)
      expect(yield* Effect.flip(query())).toMatchObject({ _tag: "ProjectionNotReady", checkpoint: 0 })
      expect(yield* Effect.flip(ReadModel.get(balances, "account-a"))).toMatchObject({ _tag: "ProjectionNotReady" })
    })))
})

describe("a row of an inline projection", () => {
  const handle = CommandHandler.make(Account.account, { inline: [inline] })

  it("exists without a projector, and includes events of other writers", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(inline)
      yield* handle("a", Account.deposit(10))
      expect(yield* ReadModel.get(inline, "account-a")).toMatchObject(
        Option.some({ state: { balance: 10 }, version: 1 })
      )
      yield* deposit("a", 5)
      expect(yield* ReadModel.get(inline, "account-a")).toMatchObject(
        Option.some({ state: { balance: 15 }, version: 2 })
      )
    })))

  it("does not exist before the first run of the projection", () =>
    run(Effect.gen(function*() {
      yield* handle("a", Account.deposit(10))
      expect(yield* Effect.flip(ReadModel.get(inline, "account-a"))).toMatchObject({ _tag: "UnknownProjection" })
      yield* Projector.catchUp(inline)
      expect(yield* ReadModel.get(inline, "account-a")).toMatchObject(Option.some({ state: { balance: 10 } }))
    })))
})

describe("the types of queries", () => {
  it("do not need the event store", () => {
    expectTypeOf<Effect.Services<ReturnType<typeof query>>>().toEqualTypeOf<ReadModel.Readers>()
    expectTypeOf<Extract<ReadModel.Readers, EventStore>>().toEqualTypeOf<never>()
    const got = ReadModel.get(balances, "account-a")
    expectTypeOf<Extract<Effect.Services<typeof got>, EventStore>>().toEqualTypeOf<never>()
  })

  it("do not accept an undeclared index", () => {
    // @ts-expect-error there is only byBalance
    expectTypeOf(() => query({ index: "byName" })).toBeFunction()
  })
})
