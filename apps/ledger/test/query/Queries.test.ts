import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventStore } from "refold/EventStore"
import * as MemoryStore from "refold/MemoryStore"
import type { Readers } from "refold/ReadModel"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Accounts from "../../src/Accounts.ts"
import { crowns } from "../../src/Amount.ts"
import type { Currency } from "../../src/Currency.ts"
import * as Balance from "../../src/query/Balance.ts"
import * as Statement from "../../src/query/Statement.ts"
import { topAccounts } from "../../src/query/TopAccounts.ts"
import { dailyTotals, monthlyTotals } from "../../src/query/Totals.ts"
import * as ReadSide from "../../src/ReadSide.ts"

const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer, { local: true }))

const on = (day: string) => ({ occurredAt: DateTime.makeUnsafe(`${day}T12:00:00Z`) })

const open = (id: string, currency: Currency, day: string) =>
  Accounts.handle(id, { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency }, on(day))
const deposit = (id: string, amount: number, day: string) =>
  Accounts.handle(id, { _tag: "Deposit", amount: crowns(amount), channel: "Cash" }, on(day))

/** Three accounts, and projections that have caught up with them. */
const bank = Effect.gen(function*() {
  yield* open("ada", "EUR", "1993-01-01")
  yield* deposit("ada", 100, "1993-01-02")
  yield* deposit("ada", 50, "1993-02-03")
  yield* open("bob", "EUR", "1993-01-01")
  yield* deposit("bob", 120, "1993-01-02")
  yield* open("cleo", "CZK", "1993-01-01")
  yield* deposit("cleo", 900, "1993-01-31")
  yield* ReadSide.catchUp
})

const noon = (day: string) => DateTime.makeUnsafe(`${day}T12:00:00Z`)

describe("queries", () => {
  it("cannot append: none of them needs an EventStore", () => {
    type Needs<A> = A extends (...args: never) => Effect.Effect<infer _A, infer _E, infer R> ? R : never
    expectTypeOf<Needs<typeof Balance.balanceOf>>().toEqualTypeOf<Readers>()
    expectTypeOf<Needs<typeof Balance.balanceAsOf>>().toEqualTypeOf<Readers>()
    expectTypeOf<Needs<typeof Balance.overdrawn>>().toEqualTypeOf<Readers>()
    expectTypeOf<Needs<typeof Statement.statement>>().toEqualTypeOf<Readers>()
    expectTypeOf<Needs<typeof topAccounts>>().toEqualTypeOf<Readers>()
    expectTypeOf<Needs<typeof dailyTotals>>().toEqualTypeOf<Readers>()
    expectTypeOf<EventStore>().not.toExtend<Readers>()
  })

  it("return a balance now and on a past day, and none for an account without events", () =>
    run(Effect.gen(function*() {
      yield* bank
      const ada = yield* Balance.balanceOf("ada")
      expect(Option.map(ada, ({ state }) => state)).toMatchObject(
        Option.some({ _tag: "Open", currency: "EUR", balance: 15_000 })
      )
      const then = yield* Balance.balanceAsOf("ada", noon("1993-01-31"))
      expect(Option.map(then, ({ state, version }) => ({ state, version }))).toMatchObject(
        Option.some({ state: { balance: 10_000 }, version: 2 })
      )
      expect(yield* Balance.balanceOf("nobody")).toEqual(Option.none())
      expect(yield* Balance.balanceAsOf("ada", noon("1992-12-31"))).toEqual(Option.none())
    })))

  it("return a statement now and on a past day", () =>
    run(Effect.gen(function*() {
      yield* bank
      const month = Option.map((row: { readonly state: { readonly month: string } }) => row.state.month)
      expect(month(yield* Statement.statement("ada"))).toEqual(Option.some("1993-02"))
      expect(month(yield* Statement.statementAsOf("ada", noon("1993-01-31")))).toEqual(Option.some("1993-01"))
    })))

  it("return the totals of a range of days or months, its end excluded", () =>
    run(Effect.gen(function*() {
      yield* bank
      const periods = (totals: ReadonlyArray<{ readonly period: string; readonly deposited: number }>) =>
        totals.map(({ deposited, period }) => [period, deposited])
      expect(periods(yield* dailyTotals("EUR", "1993-01-01", "1993-02-03"))).toEqual([["1993-01-02", 22_000]])
      expect(periods(yield* dailyTotals("CZK", "1993-01-31", "1993-02-01"))).toEqual([["1993-01-31", 90_000]])
      expect(periods(yield* monthlyTotals("EUR", "1993-01", "1993-03"))).toEqual([
        ["1993-01", 22_000],
        ["1993-02", 5_000]
      ])
      expect(yield* dailyTotals("USD", "1993-01-01", "1994-01-01")).toEqual([])
    })))

  it("return the largest accounts of one currency, the largest first", () =>
    run(Effect.gen(function*() {
      yield* bank
      const keys = (limit: number) => Effect.map(topAccounts("EUR", limit), ({ rows }) => rows.map(({ key }) => key))
      expect(yield* keys(10)).toEqual(["account-ada", "account-bob"])
      expect(yield* keys(1)).toEqual(["account-ada"])
      expect(yield* Effect.flip(topAccounts("EUR", 0))).toMatchObject({ _tag: "InvalidInput", field: "limit" })
    })))

  it("return the accounts in debt, largest debt first", () =>
    run(Effect.gen(function*() {
      yield* bank
      for (const [id, debt] of [["ada", 160], ["bob", 300]] as const) {
        yield* Accounts.handle(id, { _tag: "SetOverdraftLimit", limit: crowns(500) })
        yield* Accounts.handle(id, { _tag: "Withdraw", amount: crowns(debt), channel: "Cash" })
      }
      // Handlers have written these rows: no projector has run since.
      const { rows } = yield* Balance.overdrawn(10)
      expect(rows.map(({ key }) => key)).toEqual(["account-bob", "account-ada"])
    })))

  it("refuse a name that no account can have", () =>
    run(Effect.gen(function*() {
      yield* bank
      expect(yield* Effect.flip(Balance.balanceOf(""))).toMatchObject({ _tag: "InvalidInput" })
    })))
})
