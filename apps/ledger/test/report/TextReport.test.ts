import { describe, expect, it } from "vitest"
import * as TextReport from "../../src/report/TextReport.ts"
import * as Story from "../../src/story/Story.ts"

const plain: TextReport.Paint = (_, text) => text

const runOf = (ok: boolean, { isSelected = true } = {}): Story.ChapterRun => ({
  name: "flight",
  title: "Animals that fly",
  isSelected,
  figure: "2 animals",
  checks: [{ name: "birds fly", ok: true }, { name: "pigs fly", ok }],
  lines: ["There are birds.", "There are pigs.", ["- wings", "- snouts"]],
  facts: {}
})

const summaryOf = (run: Story.ChapterRun) => TextReport.chapter(plain, "summary", run)

describe("the text report", () => {
  it("summarises a chapter in one line", () => {
    expect(summaryOf(runOf(true))).toEqual({
      stdout: [expect.stringMatching(/^✓ flight +2\/2 {2}2 animals$/)],
      stderr: []
    })
  })

  it("narrates a selected chapter in full", () => {
    expect(TextReport.chapter(plain, "full", runOf(true)).stdout.join("\n")).toBe(
      `Animals that fly (flight)
   There are birds. There are pigs.

   - wings
   - snouts

   ✓ birds fly
   ✓ pigs fly
`
    )
  })

  it("does not print a chapter that runs only because another one needs it", () => {
    expect(TextReport.chapter(plain, "full", runOf(true, { isSelected: false }))).toEqual({ stdout: [], stderr: [] })
  })

  it.each(
    [
      ["summary", true, "stdout"],
      ["full", true, "stdout"],
      ["full", false, "stderr"],
      ["json", true, "stderr"]
    ] as const
  )("prints a failed check in mode %s (selected: %s) on %2$s", (mode, isSelected, stream) => {
    const printed = TextReport.chapter(plain, mode, runOf(false, { isSelected }))
    expect(printed[stream].join("\n")).toContain("pigs fly")
  })

  it("counts passed and failed checks, and a failed one makes the exit code 1", () => {
    const totals = { eventsStored: 1_234, seconds: 1 }
    const runs = [runOf(true), runOf(false)]
    expect(TextReport.closing(plain, { ...totals, runs })).toBe(
      "1 of 4 checks failed; 1,234 events in the store, 1.0 s."
    )
    expect(Story.exitCode(runs)).toBe(1)
    const passed = [runOf(true)]
    expect(TextReport.closing(plain, { ...totals, runs: passed })).toMatch(/^All 2 checks passed;/)
    expect(Story.exitCode(passed)).toBe(0)
  })
})
