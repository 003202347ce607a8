import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Account from "../../src/Account.ts"
import { crowns } from "../../src/Amount.ts"
import type { Currency } from "../../src/Currency.ts"
import * as Balances from "../../src/projection/Balances.ts"
import * as DailyTotals from "../../src/projection/DailyTotals.ts"
import * as Statements from "../../src/projection/Statements.ts"
import * as TopAccounts from "../../src/projection/TopAccounts.ts"
import * as Log from "../support/Log.ts"

const opened = (currency: Currency) => Account.AccountOpened.make({ branch: "Prague", statements: "Monthly", currency })
const deposited = (currency: Currency, amount: number) =>
  Account.MoneyDeposited.make({ amount: crowns(amount), currency, channel: "Cash" })
const withdrawn = (currency: Currency, amount: number) =>
  Account.MoneyWithdrawn.make({ amount: crowns(amount), currency, channel: "Card" })
const interest = (currency: Currency, amount: number) =>
  Account.InterestCredited.make({ amount: crowns(amount), currency })
const fee = (currency: Currency, amount: number) =>
  Account.FeeCharged.make({ amount: crowns(amount), currency, reason: "Service" })
const limited = Account.OverdraftLimitChanged.make({ limit: crowns(50) })
const frozen = Account.AccountFrozen.make({ reason: "a lost card" })
const reversed = (currency: Currency, amount: number, of: number) =>
  Account.DepositReversed.make({ amount: crowns(amount), currency, of, reason: "a mistake" })
const closed = Account.AccountClosed.make({})

describe("balances", () => {
  it("are the states of the accounts", () => {
    const rows = Log.rowsOf(Balances.projection, [
      ...Log.on("ada", "1993-01-01", opened("EUR"), deposited("EUR", 9), limited),
      ...Log.on("bob", "1993-01-02", opened("CZK"), closed)
    ])
    expect(rows).toEqual({
      "account-ada": {
        _tag: "Open",
        currency: "EUR",
        balance: 900,
        overdraftLimit: 5_000,
        isFrozen: false,
        version: 3,
        deposits: [{ version: 2, amount: 900, isReversed: false }]
      },
      "account-bob": { _tag: "Closed" }
    })
  })

  it("are stored with a status and a balance, whatever the state", () => {
    const stored = (state: Account.State) => Result.getOrThrow(Balances.projection.encode(state))
    expect(stored({ _tag: "Closed" })).toEqual({ status: "Closed", balance: 0 })
    expect(stored({ _tag: "NotOpen", version: 2 })).toEqual({ status: "NotOpen", balance: 0, version: 2 })
    const limits = { overdraftLimit: crowns(1), isFrozen: true, version: 7, deposits: [] }
    expect(stored({ _tag: "Open", currency: "USD", balance: -5, ...limits })).toEqual({
      status: "Open",
      balance: -5,
      currency: "USD",
      ...limits
    })
  })

  it("hold frozen accounts and reversed deposits", () => {
    const rows = Log.rowsOf(
      Balances.projection,
      Log.on("ada", "1993-01-01", opened("EUR"), deposited("EUR", 9), frozen, reversed("EUR", 9, 2))
    )
    expect(rows["account-ada"]).toMatchObject({
      balance: 0,
      isFrozen: true,
      deposits: [{ version: 2, amount: 900, isReversed: true }]
    })
  })
})

describe("a statement", () => {
  const statement = (...entries: ReadonlyArray<ReadonlyArray<Log.Entry>>) =>
    Log.rowsOf(Statements.projection, entries.flat())["account-ada"]

  it("begins a month with the closing balance of the month before", () => {
    expect(statement(
      Log.on("ada", "1993-01-05", opened("EUR"), deposited("EUR", 100)),
      Log.on("ada", "1993-02-01", withdrawn("EUR", 30)),
      Log.on("ada", "1993-02-28", interest("EUR", 1), fee("EUR", 2))
    )).toEqual({
      currency: "EUR",
      month: "1993-02",
      opening: 10_000,
      deposited: 100,
      withdrawn: 3_200,
      closing: 6_900,
      movements: 3,
      lines: [
        { day: "1993-02-01", type: "MoneyWithdrawn", change: -3_000, balance: 7_000 },
        { day: "1993-02-28", type: "InterestCredited", change: 100, balance: 7_100 },
        { day: "1993-02-28", type: "FeeCharged", change: -200, balance: 6_900 }
      ]
    })
  })

  it("includes a late entry on the day of its entry", () => {
    const late = statement(
      Log.on("ada", "1993-02-01", opened("CZK"), deposited("CZK", 1)),
      Log.on("ada", "1993-01-31", deposited("CZK", 2))
    )
    expect(late).toMatchObject({ month: "1993-02", closing: 300, movements: 2 })
    expect(late?.lines.map(({ day }) => day)).toEqual(["1993-02-01", "1993-01-31"])
  })

  it("shows a deposit and its reversal", () => {
    const undone = statement(
      Log.on("ada", "1993-02-01", opened("CZK"), deposited("CZK", 5), frozen),
      Log.on("ada", "1993-02-02", reversed("CZK", 5, 2))
    )
    expect(undone).toMatchObject({ deposited: 500, withdrawn: 500, closing: 0, movements: 2 })
    expect(undone?.lines.map(({ change, type }) => [type, change])).toEqual([
      ["MoneyDeposited", 500],
      ["DepositReversed", -500]
    ])
  })

  it("lists the last 20 movements of a busy month and counts all", () => {
    const busy = statement(
      Log.on("ada", "1993-02-01", opened("CZK"), ...Array.from({ length: 30 }, (_, index) => deposited("CZK", index)))
    )
    expect(busy).toMatchObject({ movements: 30, closing: crowns(435) })
    expect(busy?.lines.map(({ change }) => change / 100)).toEqual(Array.from({ length: 20 }, (_, index) => index + 10))
  })
})

describe("daily totals", () => {
  it("count a movement in its day and in its month, in its currency", () => {
    const rows = Log.rowsOf(DailyTotals.projection, [
      ...Log.on("ada", "1993-01-05", opened("EUR"), deposited("EUR", 100), fee("EUR", 1)),
      ...Log.on("bob", "1993-01-05", opened("CZK"), interest("CZK", 5)),
      ...Log.on("bob", "1993-01-06", opened("CZK"), withdrawn("EUR", 7)),
      ...Log.on("bob", "1993-01-07", deposited("USD", 2), reversed("USD", 2, 4), frozen)
    ])
    const none = { deposited: 0, withdrawn: 0 }
    expect(rows).toEqual({
      "EUR/1993-01-05": row("EUR", "Day", "1993-01-05", { deposited: 10_000, withdrawn: 100, count: 2 }),
      "EUR/1993-01-06": row("EUR", "Day", "1993-01-06", { ...none, withdrawn: 700, count: 1 }),
      "USD/1993-01-07": row("USD", "Day", "1993-01-07", { deposited: 200, withdrawn: 200, count: 2 }),
      "USD/1993-01": row("USD", "Month", "1993-01", { deposited: 200, withdrawn: 200, count: 2 }),
      "EUR/1993-01": row("EUR", "Month", "1993-01", { deposited: 10_000, withdrawn: 800, count: 3 }),
      "CZK/1993-01-05": row("CZK", "Day", "1993-01-05", { ...none, deposited: 500, count: 1 }),
      "CZK/1993-01": row("CZK", "Month", "1993-01", { ...none, deposited: 500, count: 1 })
    })
  })

  const row = (currency: Currency, unit: "Day" | "Month", period: string, sums: object) => ({
    currency,
    unit,
    period,
    ...sums
  })
})

describe("top accounts", () => {
  it("have every open account with its balance, and no closed one", () => {
    const rows = Log.rowsOf(TopAccounts.projection, [
      ...Log.on("ada", "1993-01-01", opened("EUR"), deposited("EUR", 9), limited, frozen),
      ...Log.on("ada", "1993-01-02", deposited("EUR", 3), reversed("EUR", 3, 5)),
      ...Log.on("bob", "1993-01-02", opened("CZK"), closed)
    ])
    expect(rows).toEqual({ "account-ada": { currency: "EUR", balance: 900, since: "1993-01-01" } })
  })

  it("have no row for a fact about an account that is closed or was not opened", () => {
    const rows = Log.rowsOf(TopAccounts.projection, [
      ...Log.on("ada", "1993-01-01", opened("EUR"), closed, interest("EUR", 1)),
      ...Log.on("bob", "1993-01-01", interest("EUR", 1), limited)
    ])
    expect(rows).toEqual({})
  })
})
