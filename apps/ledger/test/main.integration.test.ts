import * as Effect from "effect/Effect"
import { cpSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import type { Document } from "../src/report/JsonReport.ts"
import * as Folders from "./support/Folders.ts"
import * as Ledger from "./support/Ledger.ts"

const patience = 600_000

const sample = fileURLToPath(new URL("../sample", import.meta.url))

/** A test on an empty database of the tests' server. */
const onServer = (test: (url: string) => Promise<void>) => () =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(freshDatabase(), (url) => Effect.promise(() => test(url)))))

const parse = (stdout: string) => JSON.parse(stdout) as Document

describe("the story on PostgreSQL", () => {
  it("embedded: is one JSON document on stdout, and every check passes", async () => {
    const { code, stdout } = await Ledger.run(["--json"])
    const document = parse(stdout)
    expect(document.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(document.reconciliation).toMatchObject({ exact: 11, withinRounding: 19, off: 0 })
    expect(code).toBe(0)
  }, patience)

  it("embedded: a check that fails makes the exit code 1", async () => {
    const lost = Folders.transactionLines.filter((_, index) => index !== 2)
    const { code, stdout } = await Ledger.run(["--data", Folders.make({ transactions: lost })])
    expect(stdout).toContain("✗ every account's balance is the bank's, exactly or within rounding")
    expect(stdout).toMatch(/1 of \d+ checks failed\n$/)
    expect(code).toBe(1)
  }, patience)

  it(
    "on a server: installs the ledger's SQL alone, as often as one likes",
    onServer(async (url) => {
      for (let times = 0; times < 2; times++) {
        const { code, stdout } = await Ledger.run(["--sql"], { DATABASE_URL: url })
        expect(code).toBe(0)
        expect(stdout).toContain("SET search_path = ledger;")
      }
    }),
    patience
  )

  it(
    "on a server: can be told again and again, and imports once",
    onServer(async (url) => {
      const first = parse((await Ledger.run(["--json"], { DATABASE_URL: url })).stdout)
      const second = parse((await Ledger.run(["--json"], { DATABASE_URL: url })).stdout)
      for (const { checks } of [first, second]) expect(checks.filter(({ ok }) => !ok)).toEqual([])
      expect(second.import.eventsAdded).toBe(0)
      expect(second.eventsStored).toBeGreaterThan(first.eventsStored)
    }),
    patience
  )

  it(
    "on a server: an import that is killed goes on when it is run again",
    onServer(async (url) => {
      const folder = Folders.make({ name: `killed_${Date.now()}` })
      cpSync(sample, folder, { recursive: true })
      await Ledger.run(["--data", folder], { DATABASE_URL: url }, { killOn: "importing: 500" })
      const { code, stdout } = await Ledger.run(["--json", "--data", folder], { DATABASE_URL: url })
      expect(parse(stdout).checks.filter(({ ok }) => !ok)).toEqual([])
      expect(parse(stdout).import.eventsAdded).toBeLessThanOrEqual(904)
      expect(code).toBe(0)
    }),
    patience
  )
})
