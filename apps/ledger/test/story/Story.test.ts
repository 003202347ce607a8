import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, it } from "vitest"
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
      expect(second.eventsStored - first.eventsStored).toBeLessThan(200)
      const names = checksOf(first.chapters).map(({ name }) => name)
      expect(new Set(names).size, "each check has a name of its own").toBe(names.length)
    }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise))
})

describe("the reports", () => {
  const tellOne = () => Effect.runPromise(Effect.provide(told("one"), MemoryStore.layer, { local: true }))
  let story: ReturnType<typeof tellOne>
  // Not before the story above has ended: what it waits for would have to wait for this one, too.
  beforeAll(() => {
    story = tellOne()
  })

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
      readSide: expect.any(Object),
      transfers: expect.any(Object),
      checks: expect.arrayContaining([{ name: "importing again adds nothing", ok: true }])
    })
    expect(document.reconciliation.differences.length).toBe(19)
  })

  it("hold what the projections made of it, in JSON", async () => {
    const { chapters, eventsStored } = await story
    const { readSide } = JsonReport.document(chapters, eventsStored)
    const names = ["balances", "statements", "daily-totals", "top-accounts"]
    expect(readSide.projections.map(({ lag, parked, projection }) => ({ lag, parked, projection }))).toEqual(
      names.map((projection) => ({ lag: 0, parked: 0, projection }))
    )
    // 1,372 imported, 9,999 of the busy account, 23 of the other story accounts.
    expect(readSide.movements).toBe(11_394)
    expect(readSide.currencies.map(({ accounts, count, currency }) => [currency, accounts, count])).toEqual([
      ["CZK", 25, 10_912],
      ["EUR", 7, 247],
      ["USD", 6, 235]
    ])
    for (const { balances, deposited, withdrawn } of readSide.currencies) expect(deposited - withdrawn).toBe(balances)
    expect(readSide.poisoned.parked.map(({ stream }) => stream)).toContain("account-ada-one")
    expect(readSide.sameRows.map(({ rows }) => rows)).toEqual([38, 38, expect.any(Number), 38])
  })

  it("hold what became of the transfers, in JSON", async () => {
    const { chapters, eventsStored } = await story
    const { transfers } = JsonReport.document(chapters, eventsStored)
    const succeeded = ["rent-one", "boat-one", "pocket-one.1", "pocket-one.2", "pocket-one.3", "lunch-one"]
    expect(transfers.sagas.filter(({ status }) => status === "Succeeded").map(({ transfer }) => transfer))
      .toEqual(succeeded)
    expect(transfers.sagas.filter(({ status }) => status !== "Succeeded")).toEqual([
      { transfer: "gift-one", status: "Compensated" },
      { transfer: "house-one", status: "Compensated" }
    ])
    expect(transfers.compensated).toEqual({
      transfer: "gift-one",
      ended: { _tag: "Failed", reason: `credit: refused: {"_tag":"AccountIsFrozen"}` },
      reactions: 8
    })
    expect(transfers.timedOut).toMatchObject({ onItsWay: 1_500_000, ended: { reason: "approval: timed out" } })
    expect(transfers.standingOrder.paid).toEqual(
      [0, 32, 63, 93].map((day, completed) => ({ day, completed }))
    )
    expect(transfers.money.after).toEqual(transfers.money.before)
    // The three accounts of these chapters hold what was paid in.
    expect(transfers.money.before.EUR).toBe(47_053_920)
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
    expect(text).toContain("17. The same history in another store")
    expect(text).toMatch(/MoneyDeposited +3 /)
    expect(text).toContain("InsufficientFunds, balance 750.00, limit 0.00, requested 1,000.00")
    expect(text).toMatch(/version 2 +1,000\.00/)
    expect(text).not.toContain("\u001b")
    expect(text).toMatch(/balances +2 +filling, 0 % +11,429 +0 /)
    expect(text).toMatch(/account-sample-122 +EUR +203,973\.10 +1993-01-16/)
    expect(text).toMatch(/account-ada-one +5 +MoneyWithdrawn +Evolve/)
    expect(text).toContain("25. All the money there is")
    expect(text).toMatch(
      /6\. +0 +credit: refused, AccountIsFrozen +undo debit: Deposit to account-fred-one +Compensating/
    )
    expect(text).toMatch(/5\. +3 +approval: time is up/)
    expect(text).toMatch(/6\. +4 +undo debit: handled/)
    expect(text).not.toContain("undefined")
  })
})
