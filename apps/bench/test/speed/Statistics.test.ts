import { describe, expect, it } from "vitest"
import * as Statistics from "../../src/speed/Statistics.ts"

describe("quantile", () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)

  it.each([[0.5, 50], [0.99, 99], [1, 100], [0, 1]])("the share %d of 1 to 100 is at most %d", (share, expected) => {
    expect(Statistics.quantile(hundred, share)).toBe(expected)
  })

  it("of no values is not a number", () => {
    expect(Statistics.quantile([], 0.5)).toBeNaN()
  })
})

describe("advantage", () => {
  it("is above 1 if the value is better, whether more or less is better", () => {
    expect(Statistics.advantage([200], [100], "more")?.median).toBe(2)
    expect(Statistics.advantage([200], [100], "less")?.median).toBe(0.5)
  })

  it("compares each round with the same round, so that a disturbed round does not count", () => {
    // The third round was disturbed, for both.
    expect(Statistics.advantage([300, 330, 30], [100, 110, 10], "more")).toEqual({ median: 3, min: 3, max: 3 })
  })

  it("leaves out rounds that one of them did not finish, and is undefined without any", () => {
    expect(Statistics.advantage([undefined, 4], [1, 2], "more")?.median).toBe(2)
    expect(Statistics.advantage([undefined], [1], "more")).toBeUndefined()
  })
})
