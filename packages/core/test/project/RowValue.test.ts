import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as RowValue from "../../src/project/internal/RowValue.ts"
import { texts } from "../support/Texts.ts"

describe("fits", () => {
  it.each<[RowValue.Kind, unknown]>([
    ["Text", ""],
    ["Text", "žluť 🐎"],
    ["Text", "a".repeat(500)],
    ["Number", 0],
    ["Number", -0],
    ["Number", -1.5],
    ["Number", 1e308],
    ["Number", "0"],
    ["Number", "-123456789012345678901234567890"],
    ["Number", "1.50"],
    ["Number", "-0.001"],
    ["Number", "1e5"],
    ["Number", "1.5e+999"],
    ["Number", "1e-999"],
    ["Instant", "2026-11-28T09:30:00.000Z"],
    ["Instant", "0000-01-01T00:00:00.000Z"],
    ["Instant", "+010000-01-01T00:00:00.000Z"],
    ["Instant", "-271821-04-20T00:00:00.000Z"],
    ["Boolean", false]
  ])("%s takes %j", (kind, value) => expect(RowValue.fits(kind, value)).toBe(true))

  it.each<[RowValue.Kind, unknown]>([
    ["Text", 1],
    ["Text", null],
    ["Text", undefined],
    ["Text", "\u0000"],
    ["Text", "\ud800"],
    ["Text", "a".repeat(501)],
    ["Text", ["a"]],
    ["Number", NaN],
    ["Number", Infinity],
    ["Number", 1n],
    ["Number", null],
    ["Number", ""],
    ["Number", "-"],
    ["Number", "1."],
    ["Number", ".5"],
    ["Number", "1e1000"],
    ["Number", "1e"],
    ["Number", "NaN"],
    ["Number", "+1"],
    ["Number", " 1"],
    ["Number", "1\n"],
    ["Number", "0x1"],
    ["Number", "١"],
    ["Number", "Infinity"],
    ["Number", "1".repeat(501)],
    ["Number", { valueOf: () => 1 }],
    ["Number", true],
    ["Instant", "2026-11-28"],
    ["Instant", "2026-11-28T09:30:00Z"],
    ["Instant", "2026-11-28T09:30:00.000"],
    ["Instant", "2026-11-28T09:30:00.000+01:00"],
    ["Instant", "2026-02-30T09:30:00.000Z"],
    ["Instant", "2026-11-28T24:00:00.000Z"],
    ["Instant", "-000000-01-01T00:00:00.000Z"],
    ["Instant", "+002026-11-28T09:30:00.000Z"],
    ["Instant", "+999999-01-01T00:00:00.000Z"],
    ["Instant", 0],
    ["Boolean", 0],
    ["Boolean", "true"],
    ["Boolean", null]
  ])("%s does not take %o", (kind, value) => expect(RowValue.fits(kind, value)).toBe(false))
})

describe("instantKey", () => {
  it.each([
    ["2026-11-28T09:30:00.000Z", "1002026-11-28T09:30:00.000Z"],
    ["+010000-01-01T00:00:00.000Z", "1010000-01-01T00:00:00.000Z"],
    ["-000001-12-31T23:59:59.999Z", "0999998-12-31T23:59:59.999Z"]
  ])("of %s is %s", (instant, key) => expect(RowValue.instantKey(instant)).toBe(key))
})

describe("compareText", () => {
  const utf8 = (one: string, two: string) => Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(two)))

  it("orders texts as their bytes in UTF-8", () => {
    fc.assert(fc.property(texts, texts, (one, two) => {
      expect(Math.sign(RowValue.compareText(one, two))).toBe(utf8(one, two))
    }))
  })

  it.each([["\uff5e", "\u{1f600}"], ["\uffff", "\u{10000}"], ["\ud7ff", "\ue000"], ["Z", "a"], ["a", "aa"], [
    "",
    "\n"
  ]])(
    "puts %j before %j",
    (one, two) => {
      expect(RowValue.compareText(one, two)).toBeLessThan(0)
      expect(RowValue.compareText(two, one)).toBeGreaterThan(0)
      expect(RowValue.compareText(one, one)).toBe(0)
    }
  )
})

describe("compare", () => {
  const compare = (kind: RowValue.Kind, one: RowValue.Scalar, two: RowValue.Scalar) => {
    const order = Math.sign(RowValue.compare(kind, one, two))
    expect(Math.sign(RowValue.compare(kind, two, one)) + order).toBe(0)
    return order
  }

  it.each<[RowValue.Scalar, RowValue.Scalar, number]>([
    [1, 2, -1],
    [2, 10, -1],
    ["2", "10", -1],
    ["-2", "-10", 1],
    ["2", 10, -1],
    [2.5, "3", -1],
    [2.5, "2", 1],
    [0, -0, 0],
    ["0", -0, 0],
    ["-0", 0, 0],
    ["007", "7", 0],
    ["9007199254740993", 9_007_199_254_740_992, 1],
    ["9007199254740993", "9007199254740992", 1],
    ["123456789012345678901234567890", "123456789012345678901234567891", -1],
    [1e308, "9".repeat(308), 1],
    [1e308, `1${"0".repeat(308)}`, 0],
    [1e23, "99999999999999991611392", 1],
    [5e-324, "0", 1],
    [-5e-324, "0", -1],
    [1.7e308, "1".repeat(400), -1]
  ])("compares the numbers %j and %j: %i", (one, two, order) => expect(compare("Number", one, two)).toBe(order))

  it("orders whole numbers alike as digits, as numbers and as a mixture", () => {
    const form = fc.constantFrom<(number: number) => RowValue.Scalar>(String, Number)
    const near = fc.tuple(fc.constantFrom(0, 9, 2 ** 40, 2 ** 53 - 9), fc.integer({ min: -9, max: 9 }))
      .map(([base, distance]) => base + distance)
    fc.assert(fc.property(near, near, form, form, (one, two, formOne, formTwo) => {
      expect(compare("Number", formOne(one), formTwo(two))).toBe(Math.sign(one - two))
    }))
  })

  it.each<[RowValue.Scalar, RowValue.Scalar, number]>([
    ["1.5", "10", -1],
    ["-1", "1.5", -1],
    ["9", "1e1", -1],
    ["1.50", "1.5", 0],
    ["1.50", 1.5, 0],
    ["1e-21", "0", 1],
    ["1e+30", "999999999999999999999999999999.9", 1],
    ["1e+999", "1e-999", 1]
  ])("compares the decimals %j and %j: %i", (one, two, order) => expect(compare("Number", one, two)).toBe(order))

  it("orders instants of any year", () => {
    const instant = fc.oneof(
      fc.date({ noInvalidDate: true }),
      fc.date({ noInvalidDate: true, min: new Date("-000010-01-01T00:00:00Z"), max: new Date("0010-01-01T00:00:00Z") }),
      fc.date({ noInvalidDate: true, min: new Date("9999-12-30T00:00:00Z"), max: new Date("+010000-01-02T00:00:00Z") })
    )
    fc.assert(fc.property(instant, instant, (one, two) => {
      expect(RowValue.fits("Instant", one.toISOString())).toBe(true)
      expect(compare("Instant", one.toISOString(), two.toISOString())).toBe(Math.sign(one.getTime() - two.getTime()))
    }))
  })

  it("puts false before true", () => {
    expect(compare("Boolean", false, true)).toBe(-1)
    expect(compare("Boolean", true, true)).toBe(0)
  })

  it("compares texts of digits as texts", () => {
    expect(compare("Text", "10", "9")).toBe(-1)
  })
})
