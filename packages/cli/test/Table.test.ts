import { expect, it } from "vitest"
import * as ProgressBar from "../src/internal/frame/ProgressBar.ts"
import { safe } from "../src/internal/frame/Safe.ts"
import * as Table from "../src/internal/frame/Table.ts"

interface Row {
  readonly name: string
  readonly lag: number
}

const columns: ReadonlyArray<Table.Column<Row>> = [
  { name: "name", show: ({ name }) => name },
  { name: "lag", isNumber: true, show: ({ lag }) => lag }
]
const rows: ReadonlyArray<Row> = [{ name: "balances", lag: 12_345 }, { name: "a\u001b[2Jb\nc", lag: 7 }]

it("columns are as wide as their longest text, and numbers are aligned right", () => {
  expect(Table.render(columns, rows, { width: 80, isBold: false })).toEqual([
    "name                  lag",
    "balances            12345",
    "a\\u001b[2Jb\\u000ac      7"
  ])
  expect(Table.render(columns, [], { width: 80, isBold: false })).toEqual([])
})

it("a line is not longer than the terminal", () => {
  const lines = Table.render(columns, rows, { width: 12, isBold: false })
  expect(lines.map((line) => line.length)).toEqual([12, 12, 12])
  expect(lines[1]).toBe("balances   …")
})

it("headings are bold if the terminal supports escape sequences", () => {
  expect(Table.heading(columns, { width: 80, isBold: true })).toBe("\u001b[1mname  lag\u001b[22m")
})

it("characters that a terminal obeys are escaped, and JSON stays the same value", () => {
  const hostile = "\u0000\u0007\u001b]0;title\u0007\u009b31m\u202e\u2066\r\n\u2028"
  expect(safe(hostile)).not.toMatch(/[\p{Cc}\u2028\u202e\u2066]/u)
  expect(JSON.parse(safe(JSON.stringify({ hostile: `\\${hostile}` })))).toEqual({ hostile: `\\${hostile}` })
  expect(safe("Zoë 👩‍👧 中文")).toBe("Zoë 👩‍👧 中文")
})

it("a bar shows the part that is done", () => {
  const progress = { done: 512, total: 1024, rate: 300, secondsLeft: 2, isLive: false }
  expect(ProgressBar.render(progress)).toBe("###############--------------- 50 %  512/1024, 300 events/s, 2 s left")
  expect(ProgressBar.render({ ...progress, secondsLeft: null, isLive: true })).toContain("100 %")
  expect(ProgressBar.render({ ...progress, done: 0, total: 0 })).toContain("100 %")
})
