import { describe, expect, it } from "vitest"
import * as Log from "../../../src/journal/internal/Log.ts"

const all = <A>(log: Log.Log<A>) => Log.select(log, 0, () => true)

describe("a log", () => {
  it("keeps its items when another grows from it", () => {
    const one = Log.appendAll(Log.empty<string>(), ["a"])
    const two = Log.appendAll(one, ["b", "c"])
    expect([all(one), all(two)]).toEqual([["a"], ["a", "b", "c"]])
  })

  it("keeps its items when two others grow from it", () => {
    const one = Log.appendAll(Log.empty<string>(), ["a"])
    const left = Log.appendAll(one, ["b"])
    const right = Log.appendAll(one, ["c"])
    const longer = Log.appendAll(left, ["d"])
    expect([one, left, right, longer].map(all)).toEqual([["a"], ["a", "b"], ["a", "c"], ["a", "b", "d"]])
  })

  it("starts empty each time", () => {
    Log.appendAll(Log.empty<string>(), ["a"])
    expect(all(Log.empty())).toEqual([])
  })
})

describe("select", () => {
  const log = Log.appendAll(Log.empty<number>(), [10, 11, 12, 13, 14])
  const even = (n: number) => n % 2 === 0

  it("starts at an index, filters, then counts the limit", () => {
    expect(Log.select(log, 1, even)).toEqual([12, 14])
    expect(Log.select(log, 1, even, 1)).toEqual([12])
    expect(Log.select(log, 0, even, 0)).toEqual([])
    expect(Log.select(log, 9, even)).toEqual([])
  })
})
