import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as DayOrder from "../../src/import/DayOrder.ts"

const balancesOf = (day: { readonly entries: ReadonlyArray<DayOrder.Entry> }) =>
  day.entries.map(({ balance }) => balance)

/** A day as the bank prints it: exact amounts, each amount and balance rounded to 10 minor units. */
const printed = (before: number, changes: ReadonlyArray<number>): ReadonlyArray<DayOrder.Entry> => {
  const round = (minorUnits: number): number => Math.round(minorUnits / 10) * 10
  let balance = before
  return changes.map((change) => {
    balance += change
    return { change: round(change), balance: round(balance) }
  })
}

describe("the order of a day", () => {
  it("is recovered from the balances", () => {
    const day = DayOrder.recover(100, [
      { change: -50, balance: 350 },
      { change: 300, balance: 400 }
    ])
    expect(balancesOf(day)).toEqual([400, 350])
    expect(day.isChain).toBe(true)
  })

  it("is found in spite of rounding, whatever the order in the file", () => {
    const changes = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 7 })
    fc.assert(fc.property(fc.integer(), changes, fc.func(fc.integer()), (before, changes, key) => {
      const start = before % 1_000_000
      const entries = printed(start, changes)
      const day = DayOrder.recover(Math.round(start / 10) * 10, entries.toSorted((a, b) => key(a) - key(b)))
      expect(day.isChain).toBe(true)
      expect(new Set(day.entries)).toEqual(new Set(entries))
    }))
  })

  it("is that of the file, except for the last entry, if no chain fits", () => {
    const day = DayOrder.recover(0, [
      { change: 100, balance: 305 },
      { change: 100, balance: 777 },
      { change: 100, balance: 999 }
    ])
    expect(day.isChain).toBe(false)
    expect(balancesOf(day)).toEqual([777, 999, 305])
    expect(day.isGap).toBe(false)
  })

  it("has a gap if rounding does not explain the difference of a day", () => {
    expect(DayOrder.recover(0, [{ change: 1_000, balance: 1_015 }]).isGap).toBe(false)
    expect(DayOrder.recover(0, [{ change: 1_000, balance: 1_016 }]).isGap).toBe(true)
  })

  it("is searched in a bounded number of steps", () => {
    let looks = 0
    const entry = (change: number, balance: number): DayOrder.Entry => ({
      change,
      get balance() {
        if (++looks > 1_000_000) throw new Error("it never ends")
        return balance
      }
    })
    // Rows that fit everywhere, except for one that fits nowhere: every order would have to be tried.
    const entries = [...Array.from({ length: 60 }, () => entry(0, 0)), entry(5_000, 1)]
    expect(DayOrder.recover(0, entries).isChain).toBe(false)
  })
})
