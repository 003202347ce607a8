import { describe, expect, it } from "vitest"
import * as Compare from "../../src/speed/Compare.ts"
import * as Format from "../../src/speed/Format.ts"
import { cell, type Group } from "../../src/speed/Group.ts"

const group: Group = {
  name: "append-1",
  title: "Append",
  unit: "events/s",
  better: "more",
  compare: "refold",
  cells: [cell("raw", "append", {}), cell("refold", "append", {}), cell("emmett", "append", {})]
}

const samples = (...values: ReadonlyArray<number>) => ({
  values: values.map((value) => ({ value, events: 10, cpuMicros: 100, p50: value / 10 }))
})

describe("the rows of a group", () => {
  it("have medians of rounds, and the ratio of Refold in the same rounds", () => {
    const { rows } = Compare.rows(group, [samples(100, 10, 130), samples(200, 20, 260), samples(50, 5, 65)])
    expect(rows.map(({ figure, label, ratio }) => [label, figure?.median, ratio?.median])).toEqual([
      ["raw pg", 100, 2],
      ["Refold", 200, 1],
      ["emmett", 50, 4]
    ])
    expect(rows[0]).toMatchObject({ values: [100, 10, 130], clientCpu: 10, p50: 10 })
  })

  it("have no figure for a cell that failed, however fast its other rounds were", () => {
    const failed = { values: [{ value: 1e9, cpuMicros: 1 }, undefined], failed: "no disk" }
    const compared = Compare.rows(group, [samples(100, 100), samples(50, 50), failed])
    expect(compared.rows[2]).toEqual({ label: "emmett", peer: "emmett", values: [1e9, null], failed: "no disk" })
    expect(Format.cells(compared, compared.rows[2]!)).toEqual(["emmett", "FAILED: no disk"])
    expect(Format.verdicts({ groups: [compared] })).toEqual(["append-1: raw pg is ×2.00 as fast"])
  })

  it("have no ratio if Refold failed", () => {
    const { rows } = Compare.rows(group, [samples(1), { values: [undefined], failed: "no disk" }, samples(1)])
    expect(rows.map(({ ratio }) => ratio)).toEqual([undefined, undefined, undefined])
  })

  it("are compared with the first row of the same store in a group of that kind", () => {
    const sizes = ["10 stored", "20 stored"].map((variant) => cell("raw", "grown", {}, "main", variant))
    const growth: Group = { ...group, unit: "ms", better: "less", compare: "first", cells: sizes }
    const { rows } = Compare.rows(growth, [samples(2, 4), samples(3, 6)])
    expect(rows.map(({ label, ratio }) => [label, ratio?.median])).toEqual([
      ["raw pg, 10 stored", 1],
      ["raw pg, 20 stored", 1.5]
    ])
  })
})
