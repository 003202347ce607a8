import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Sample from "../../src/sample/Sample.ts"

const fields = (line: string) => line.split(";")
const [, ...transactions] = Sample.shipped()["trans.asc"].trimEnd().split("\n").map(fields)
const distinct = (column: number) => new Set(transactions.map((row) => row[column]))

describe("the sample", () => {
  it.each(["account.asc", "trans.asc"] as const)(
    "%s is the output of the generator; `npm run sample` renews it",
    (name) => {
      expect(readFileSync(new URL(`../../sample/${name}`, import.meta.url), "utf8")).toBe(Sample.shipped()[name])
    }
  )

  it("differs for another seed", () => {
    expect(Sample.files(1)).not.toEqual(Sample.files(2))
    expect(Sample.files(1)).toEqual(Sample.files(1))
  })

  it("has every type, operation and purpose", () => {
    expect(distinct(3)).toEqual(new Set([`"PRIJEM"`, `"VYDAJ"`, `"VYBER"`]))
    expect(distinct(4)).toEqual(
      new Set([`"VKLAD"`, `"VYBER"`, `"PREVOD Z UCTU"`, `"PREVOD NA UCET"`, `"VYBER KARTOU"`, `""`])
    )
    expect(distinct(7)).toEqual(
      new Set([`""`, `" "`, `"DUCHOD"`, `"UROK"`, `"SLUZBY"`, `"SANKC. UROK"`, `"SIPO"`, `"POJISTNE"`, `"UVER"`])
    )
  })

  it("has the difficulties of real files: overdrafts, amounts of 0.00, days out of order", () => {
    expect(transactions.some((row) => row[6]?.startsWith("-"))).toBe(true)
    expect(transactions.some((row) => row[5] === "0.00")).toBe(true)
    const firsts = new Map(transactions.toReversed().map((row) => [row[1], row]))
    expect([...firsts.values()].some((row) => row[5] !== row[6])).toBe(true)
  })
})
