import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as JsonReport from "../../src/report/JsonReport.ts"
import * as TextReport from "../../src/report/TextReport.ts"
import * as Story from "../../src/story/Story.ts"

const folder = fileURLToPath(new URL("../../sample", import.meta.url))

const told = (run: string) =>
  Effect.gen(function*() {
    const chapters = yield* Stream.runCollect(Story.tell({ folder, run }))
    return { chapters, eventsStored: yield* Story.eventsStored }
  })

const plain: TextReport.Paint = (_, text) => text

const checksOf = (chapters: ReadonlyArray<Story.Chapter>) => chapters.flatMap(({ checks }) => checks)

describe("the story", () => {
  it("comes true in every check, told a first and a second time on one store", () =>
    Effect.gen(function*() {
      const first = yield* told("one")
      const second = yield* told("two")
      for (const { chapters } of [first, second]) expect(checksOf(chapters).filter(({ ok }) => !ok)).toEqual([])
      // The import and the busy account are there already.
      expect(second.eventsStored - first.eventsStored).toBeLessThan(50)
    }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise))

  it("gives each check a name of its own", () =>
    Effect.gen(function*() {
      const names = checksOf((yield* told("one")).chapters).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise))
})

describe("the reports", () => {
  const story = Effect.runPromise(Effect.provide(told("one"), MemoryStore.layer, { local: true }))

  it("hold what a script reads, in JSON", async () => {
    const { chapters, eventsStored } = await story
    const document = JsonReport.document(chapters, eventsStored)
    expect(JSON.parse(JSON.stringify(document))).toEqual({
      eventsStored,
      accounts: 30,
      import: { accountRows: 32, transactionRows: 1_372, eventsAdded: 1_404, seconds: expect.any(Number) },
      reconciliation: { exact: 11, withinRounding: 19, off: 0, differences: expect.any(Array) },
      replay: { events: 10_000, fullMs: expect.any(Number), snapshotMs: expect.any(Number) },
      temporal: {
        asOfVersion: { version: 2, balance: 100_000 },
        asOfRecordedAt: { instant: expect.stringMatching(/^\d{4}-.*Z$/), balance: 70_000 },
        asOfOccurredAt: { instant: "2026-03-06T00:00:00.000Z", balance: 105_000 },
        now: { balance: 75_000 }
      },
      checks: expect.arrayContaining([{ name: "importing again adds nothing", ok: true }])
    })
    expect(document.reconciliation.differences.length).toBe(19)
  })

  it("count the checks that failed", async () => {
    const { chapters, eventsStored } = await story
    const failing = chapters.map((chapter, index) =>
      index === 0 ? { ...chapter, checks: [{ name: "pigs fly", ok: false }] } : chapter
    )
    const text = TextReport.closing(plain, { chapters: failing, eventsStored, seconds: 1 })
    expect(text).toContain("✗ pigs fly")
    expect(text).toMatch(/1 of \d+ checks failed$/)
    const passing = TextReport.closing(plain, { chapters, eventsStored, seconds: 1 })
    expect(passing.endsWith(`all ${checksOf(chapters).length} checks passed`)).toBe(true)
  })

  it("tell each chapter to a person, and colour nothing by themselves", async () => {
    const { chapters } = await story
    const text = chapters.map((chapter, index) => TextReport.chapter(plain, index + 1, chapter)).join("\n")
    expect(text).toContain("10. The same history in another store")
    expect(text).toMatch(/MoneyDeposited +2 /)
    expect(text).toContain("InsufficientFunds, balance 750.00, limit 0.00, requested 1,000.00")
    expect(text).toMatch(/version 2 +1,000\.00/)
    expect(text).not.toContain("\u001b")
    expect(text).not.toContain("undefined")
  })
})
