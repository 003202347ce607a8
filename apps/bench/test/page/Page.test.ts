// The figures of the documentation are those of a stored run.
import * as Fs from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { fill, stored } from "../../src/page/Page.ts"
import { plots } from "../../src/page/Plots.ts"
import type { Findings } from "../../src/speed/Findings.ts"
import { groups } from "../../src/speed/Groups.ts"

const read = (path: string): string =>
  Fs.readFileSync(fileURLToPath(new URL(`../../../../docs/${path}`, import.meta.url)), "utf8")

const json = read("outputs/bench.json")
const findings = JSON.parse(json) as Findings

describe("the page of benchmarks", () => {
  it("has the tables of the stored run; npm run bench:page writes them", () => {
    const page = read("src/content/docs/reference/benchmarks.mdx")
    expect(fill(page, findings)).toBe(page)
    expect(stored(findings)).toBe(json)
  })

  it("has the pictures of the stored run", () => {
    const drawn = plots(findings)
    expect(drawn.map(([name]) => name)).toEqual(["append", "replay", "ratios"])
    for (const [name, svg] of drawn) expect(read(`src/assets/bench/${name}.svg`)).toBe(svg)
  })

  it("is of a run on a server that waits for the disk, with every workload and at least five rounds", () => {
    expect(findings.postgres.settings).toMatchObject({ fsync: "on", synchronous_commit: "on", full_page_writes: "on" })
    expect(findings.scale.rounds).toBeGreaterThanOrEqual(5)
    expect(findings.groups.map(({ name }) => name)).toEqual(groups(findings.scale).map(({ name }) => name))
  })

  it("refuses a page without marks", () => {
    expect(() => fill("# Benchmarks", findings)).toThrow("Written by")
  })
})
