import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import * as MemoryStore from "refold/MemoryStore"
import { beforeAll, describe, expect, it } from "vitest"
import * as JsonReport from "../../src/report/JsonReport.ts"
import * as TextReport from "../../src/report/TextReport.ts"
import * as Story from "../../src/story/Story.ts"

const folder = fileURLToPath(new URL("../../sample", import.meta.url))

const runStory = (run: string, selected?: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const runs = yield* Stream.runCollect(Story.run(Story.onAnyStore, { folder, run, selected }))
    return { runs, eventsStored: yield* Story.eventsStored }
  })

// Every test reads these two runs, the second of which finds the events of the first.
const runTwice = Effect.provide(Effect.all([runStory("one"), runStory("two")]), MemoryStore.layer, { local: true })

describe("the story", () => {
  let first: Effect.Success<ReturnType<typeof runStory>>
  let second: typeof first
  let document: ReturnType<typeof JsonReport.document>
  beforeAll(async () => {
    ;[first, second] = await Effect.runPromise(runTwice)
    document = JsonReport.document(first.runs, first.eventsStored)
  })

  it("passes every check, in a first and a second run on one store", () => {
    for (const { runs } of [first, second]) {
      expect(runs.map(({ name }) => name)).toEqual(Story.onAnyStore.map(({ name }) => name))
      expect(Story.failedChecks(runs)).toEqual([])
    }
    const names = first.runs.flatMap(({ checks }) => checks.map(({ name }) => name))
    expect(names.length).toBeGreaterThan(80)
    expect(new Set(names).size, "each check has a name of its own").toBe(names.length)
  })

  it("stores the import and the busy account only once", () => {
    expect(second.eventsStored - first.eventsStored).toBeLessThan(200)
  })

  it.each(Story.onAnyStore.map(({ name }) => name))(
    "runs the chapter %s alone, with those that it needs",
    (name) =>
      Effect.gen(function*() {
        const { runs } = yield* runStory("alone", [name])
        expect(Story.failedChecks(runs)).toEqual([])
        expect(runs.filter(({ isSelected }) => isSelected).map((run) => run.name)).toEqual([name])
        expect(runs.at(-1)?.name).toBe(name)
        const full = first.runs.find((run) => run.name === name)
        expect(runs.at(-1)?.checks).toEqual(full?.checks)
      }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise)
  )

  it("gives the JSON document that scripts read", () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual({
      eventsStored: first.eventsStored,
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
    expect(document).toMatchObject({
      reconciliation: { differences: expect.objectContaining({ length: 19 }) }
    })
  })

  it("has the rows of the projections in the JSON document", () => {
    const parked = { stream: "account-ada-one", version: 5, position: expect.any(Number), stage: "Evolve" }
    const inCurrency = (currency: string, accounts: number, count: number) =>
      expect.objectContaining({ currency, accounts, count, topAccounts: expect.any(Array) })
    expect(document["readSide"]).toEqual({
      head: expect.any(Number),
      projections: ["balances", "statements", "daily-totals", "top-accounts"].map((projection) =>
        expect.objectContaining({ projection, version: 2, lag: 0, parked: 0 })
      ),
      fillingSeconds: expect.any(Number),
      readOwnWriteMs: expect.any(Number),
      // 1,372 imported, 9,999 of the busy account, 23 of the other accounts.
      movements: 11_394,
      currencies: [inCurrency("CZK", 25, 10_912), inCurrency("EUR", 7, 247), inCurrency("USD", 6, 235)],
      asOf: { instant: "1993-07-22T23:59:59.999Z", topAccounts: expect.any(Array) },
      rebuild: expect.objectContaining({ events: expect.any(Number), eventsPerSecond: expect.any(Number) }),
      poisoned: {
        parked: expect.arrayContaining([parked]),
        others: expect.any(Number),
        discarded: [{ stream: "account-ada-one", version: 5, reason: expect.any(String) }]
      },
      sameRows: [38, 38, expect.any(Number), 38].map((rows) => expect.objectContaining({ rows, unequal: [] }))
    })
  })

  it("has the outcomes of the transfers in the JSON document", () => {
    const succeeded = ["boat-one", "pocket-one.1", "pocket-one.2", "pocket-one.3", "lunch-one"]
    // The accounts of these chapters hold the deposited amounts.
    const money = expect.objectContaining({ EUR: 47_053_920 })
    const none = { CZK: 0, EUR: 0, USD: 0 }
    expect(document["transfers"]).toEqual({
      sagas: expect.arrayContaining([
        { transfer: "rent-one", status: "Succeeded" },
        { transfer: "gift-one", status: "Compensated" },
        { transfer: "house-one", status: "Compensated" },
        ...succeeded.map((transfer) => ({ transfer, status: "Succeeded" }))
      ]),
      compensated: {
        transfer: "gift-one",
        ended: { _tag: "Failed", reason: `credit: refused: {"_tag":"AccountIsFrozen"}` },
        reactions: 8
      },
      timedOut: {
        transfer: "house-one",
        ended: { _tag: "Failed", reason: "approval: timed out" },
        onItsWay: 1_500_000,
        reactions: 7
      },
      atOnce: ["account-fred-one", "account-gina-one"].map((stream) => expect.objectContaining({ stream })),
      standingOrder: {
        order: "pocket-one",
        paid: [0, 32, 63, 93].map((day, completed) => ({ day, completed }))
      },
      money: { before: money, after: money, changed: none, onItsWay: none }
    })
  })

  it("narrates each chapter, and adds no colours by itself", () => {
    const text = first.runs.flatMap((run) => TextReport.chapter((_, text) => text, "full", run).stdout).join("\n")
    expect(text).toContain("Two stores, one history (store-comparison)")
    expect(text).toMatch(/MoneyDeposited +3 /)
    expect(text).toMatch(/balance +limit +requested\n +750\.00 +0\.00 +1,000\.00/)
    expect(text).toMatch(/version 2 +1,000\.00/)
    expect(text).toMatch(/balances +2 +filling +11,429 +0 /)
    expect(text).toMatch(/account-sample-122 +EUR +1993-01-16 +203,973\.10/)
    expect(text).toMatch(/account-ada-one +5 +MoneyWithdrawn +Evolve/)
    expect(text).toMatch(
      /6\. +0 +credit: refused, AccountIsFrozen +undo debit: Deposit to account-fred-one +Compensating/
    )
    expect(text).toMatch(/5\. +3 +approval: timed out/)
    expect(text).toMatch(/6\. +4 +undo debit: handled/)
    expect(text).not.toMatch(/undefined|\[object/)
    expect(text).not.toContain("\u001b")
  })
})
