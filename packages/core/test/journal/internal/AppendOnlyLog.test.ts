import { describe, expect, it } from "vitest"
import * as AppendOnlyLog from "../../../src/journal/internal/AppendOnlyLog.ts"

const all = <A>(log: AppendOnlyLog.AppendOnlyLog<A>) => AppendOnlyLog.select(log, 0, () => true)

describe("a log", () => {
  it("keeps its items when another grows from it", () => {
    const one = AppendOnlyLog.appendAll(AppendOnlyLog.empty<string>(), ["a"])
    const two = AppendOnlyLog.appendAll(one, ["b", "c"])
    expect([all(one), all(two)]).toEqual([["a"], ["a", "b", "c"]])
  })

  it("keeps its items when two others grow from it", () => {
    const one = AppendOnlyLog.appendAll(AppendOnlyLog.empty<string>(), ["a"])
    const left = AppendOnlyLog.appendAll(one, ["b"])
    const right = AppendOnlyLog.appendAll(one, ["c"])
    const longer = AppendOnlyLog.appendAll(left, ["d"])
    expect([one, left, right, longer].map(all)).toEqual([["a"], ["a", "b"], ["a", "c"], ["a", "b", "d"]])
  })

  it("starts empty each time", () => {
    AppendOnlyLog.appendAll(AppendOnlyLog.empty<string>(), ["a"])
    expect(all(AppendOnlyLog.empty())).toEqual([])
  })
})

describe("select", () => {
  const log = AppendOnlyLog.appendAll(AppendOnlyLog.empty<number>(), [10, 11, 12, 13, 14])
  const even = (n: number) => n % 2 === 0

  it("starts at an index, filters, then counts the limit", () => {
    expect(AppendOnlyLog.select(log, 1, even)).toEqual([12, 14])
    expect(AppendOnlyLog.select(log, 1, even, 1)).toEqual([12])
    expect(AppendOnlyLog.select(log, 0, even, 0)).toEqual([])
    expect(AppendOnlyLog.select(log, 9, even)).toEqual([])
  })
})
