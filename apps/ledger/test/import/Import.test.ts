import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import type { EventReader } from "refold/EventReader"
import { EventStore } from "refold/EventStore"
import { EventStoreError } from "refold/EventStoreError"
import * as MemoryStore from "refold/MemoryStore"
import type { SnapshotStore } from "refold/SnapshotStore"
import { describe, expect, it } from "vitest"
import * as Account from "../../src/Account.ts"
import * as Accounts from "../../src/Accounts.ts"
import * as Import from "../../src/import/Import.ts"
import { ImportProgress } from "../../src/import/ImportProgress.ts"
import * as Plan from "../../src/import/Plan.ts"
import * as Folders from "../support/Folders.ts"

const sample = fileURLToPath(new URL("../../sample", import.meta.url))

const run = <A, E>(effect: Effect.Effect<A, E, EventStore | EventReader | SnapshotStore>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer, { local: true }))

const events = Effect.gen(function*() {
  return yield* Stream.runCollect((yield* EventStore).readAll())
})

/** The store, whose connection is cut after this number of commits. */
const cutAfter = (commits: number) =>
  Effect.updateService(EventStore, (store) => {
    let left = commits
    return EventStore.of({
      ...store,
      commit: (commit) =>
        left-- > 0 ? store.commit(commit) : Effect.fail(new EventStoreError({ operation: "commit", cause: "cut" }))
    })
  })

describe("an import", () => {
  it("stores each row as an event, in the order of the balances", () =>
    run(Effect.gen(function*() {
      const imported = yield* Import.run(Folders.make({ name: "bank" }))
      const stored = yield* events
      expect(imported).toMatchObject({ source: "bank", events: 7, stored: 0, added: 7 })
      expect(stored.map(({ data, stream, type }) => [stream, type, data])).toEqual([
        ["account-bank-576", "AccountOpened", { branch: "district 55", statements: "Monthly", currency: "CZK" }],
        ["account-bank-576", "MoneyDeposited", { amount: 90_000, currency: "CZK", channel: "Cash" }],
        [
          "account-bank-576",
          "MoneyDeposited",
          { amount: 620_000, currency: "CZK", channel: "Transfer", purpose: "DUCHOD", counterparty: "YZ/30300313" }
        ],
        ["account-bank-576", "MoneyWithdrawn", { amount: 20_000, currency: "CZK", channel: "Cash" }],
        ["account-bank-576", "InterestCredited", { amount: 2_010, currency: "CZK" }],
        ["account-bank-576", "FeeCharged", { amount: 1_460, currency: "CZK", reason: "Service" }],
        ["account-bank-704", "AccountOpened", { branch: "district 55", statements: "Weekly", currency: "CZK" }]
      ])
      expect(DateTime.formatIso(stored[2]!.occurredAt)).toBe("1993-01-11T00:00:00.000Z")
      expect(stored[2]!.metadata).toEqual({ source: "bank/trans.asc", transId: 13 })
    })))

  it("stores a fact that the account would refuse as a command", () =>
    run(Effect.gen(function*() {
      const overdraws = `11;576;930101;"VYBER";"VYBER";900.00;-900.00;"";;`
      yield* Import.run(Folders.make({ transactions: [Folders.transactionHeader, overdraws] }))
      expect(Account.balanceOf((yield* Accounts.load(Plan.idOf("bank", 576))).state)).toBe(-90_000)
    })))

  it("opens an account before its first row, also if its opening date is later", () =>
    run(Effect.gen(function*() {
      const accounts = Folders.edit(Folders.accountLines, 2, (text) => text.replace("930101", "930201"))
      yield* Import.run(Folders.make({ accounts }))
      expect(Account.balanceOf((yield* Accounts.load(Plan.idOf("bank", 576))).state)).toBe(690_550)
    })))

  it("repeated adds nothing", () =>
    run(Effect.gen(function*() {
      yield* Import.run(sample)
      const before = yield* events
      expect(yield* Import.run(sample)).toMatchObject({ added: 0, stored: before.length })
      expect((yield* events).length).toBe(before.length)
    })))

  it.each([0, 1, 2])(
    "that is cut off after %i commits continues where it ended",
    (commits) =>
      run(Effect.gen(function*() {
        const cut = yield* Effect.flip(cutAfter(commits)(Import.run(sample)))
        expect(cut._tag).toBe("EventStoreError")
        expect((yield* events).length).toBe(commits * 500)
        const { added, events: total } = yield* Import.run(sample)
        expect(added).toBe(total - commits * 500)
        const continued = yield* events
        const atOnce = yield* Effect.provide(Effect.andThen(Import.run(sample), events), MemoryStore.layer, {
          local: true
        })
        expect(continued.map(({ id }) => id)).toEqual(atOnce.map(({ id }) => id))
      }))
  )

  it("of files that have grown adds the new rows", () =>
    run(Effect.gen(function*() {
      yield* Import.run(Folders.make({ transactions: Folders.transactionLines.slice(0, 4) }))
      expect(yield* Import.run(Folders.make({}))).toMatchObject({ stored: 5, added: 2 })
    })))

  it.each([
    ["with a changed row", Folders.edit(Folders.transactionLines, 2, (text) => text.replace("900.00", "901.00"))],
    ["with fewer rows", Folders.transactionLines.slice(0, 4)]
  ])("of files %s is refused and adds nothing", (_, transactions) =>
    run(Effect.gen(function*() {
      yield* Import.run(Folders.make({}))
      const error = yield* Effect.flip(Import.run(Folders.make({ transactions })))
      expect(error).toBeInstanceOf(Import.ImportedDifferently)
      expect(error).toMatchObject({ stream: "account-bank-576", version: 6 })
      expect((yield* events).length).toBe(7)
    })))

  it("stops if another import overtakes it, and no row is lost or doubled", () =>
    run(Effect.gen(function*() {
      const overtaken = Effect.updateService(EventStore, (store) => {
        const overtake = Effect.provideService(Effect.orDie(Import.run(sample)), EventStore, store)
        return EventStore.of({ ...store, commit: (commit) => Effect.andThen(overtake, store.commit(commit)) })
      })
      const error = yield* Effect.flip(overtaken(Import.run(sample)))
      expect(error).toBeInstanceOf(Import.ImportOvertaken)
      expect(yield* Import.run(sample)).toMatchObject({ added: 0 })
    })))

  it("of another folder keeps its accounts apart", () =>
    run(Effect.gen(function*() {
      yield* Import.run(Folders.make({ name: "one" }))
      expect(yield* Import.run(Folders.make({ name: "two" }))).toMatchObject({ added: 7 })
    })))

  it("reports its progress from 0 to the total", () =>
    run(Effect.gen(function*() {
      const reported: Array<number> = []
      yield* Import.run(sample).pipe(
        Effect.provideService(ImportProgress, (done, total) => Effect.sync(() => void reported.push(done / total)))
      )
      expect(reported[0]).toBe(0)
      expect(reported.at(-1)).toBe(1)
      expect(reported).toEqual(reported.toSorted((a, b) => a - b))
    })))
})
