import * as Effect from "effect/Effect"
import { cpSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import * as Soak from "../../../packages/postgres/test/support/Soak.ts"
import type { Check } from "../src/story/Chapter.ts"
import * as Story from "../src/story/Story.ts"
import * as Folders from "./support/Folders.ts"
import * as Ledger from "./support/Ledger.ts"

// Of the whole story on one database, before the import once more.
const runs = Soak.size({ test: 1, full: 3 })

const sample = fileURLToPath(new URL("../sample", import.meta.url))

/** A test on an empty database of the tests' server. */
const onServer = (test: (url: string) => Promise<void>) => () =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(freshDatabase(), (url) => Effect.promise(() => test(url)))))

interface Document {
  readonly sql: object
  readonly checks: ReadonlyArray<Check>
}

const parse = (stdout: string) => JSON.parse(stdout) as Document

const lost = Folders.transactionLines.filter((_, index) => index !== 2)
const failed = "every account's balance is the bank's, exactly or within rounding"

describe("the story on PostgreSQL", () => {
  it("embedded: prints at most 80 lines, one for each chapter", async () => {
    const { code, stderr, stdout } = await Ledger.run([])
    const lines = `${stdout}${stderr}`.trimEnd().split("\n")
    expect(lines.length).toBeLessThanOrEqual(80)
    expect(lines.filter((line) => line.length > 120)).toEqual([])
    for (const { name } of Story.chapters) expect(stdout).toMatch(new RegExp(`^✓ ${name} +(\\d)/\\1 `, "m"))
    expect(stdout).toMatch(/^All 96 checks passed; 14,\d+ events in the store/m)
    expect(stdout).toMatch(/--story[^]*--chapter NAME[^]*README/)
    expect(code).toBe(0)
  })

  it(
    "on a server: prints only the requested chapters, in full",
    onServer(async (url) => {
      const args = ["--chapter", "time-travel, replay", "--chapter", "replay"]
      const { code, stdout } = await Ledger.run(args, { DATABASE_URL: url })
      expect(stdout.match(/\((?:[a-z]+-?)+\)$/gm)).toEqual(["(replay)", "(time-travel)"])
      expect(stdout).toContain("time of occurrence  2026-03-06T00:00:00.000Z")
      expect(stdout).toMatch(/^All 11 checks passed/m)
      expect(code).toBe(0)
    })
  )

  it.each([["import", "stdout"], ["projections", "stderr"]] as const)(
    "on a server: a check that fails is printed and makes the exit code 1 (--chapter %s)",
    (chapter, stream) =>
      onServer(async (url) => {
        const args = ["--chapter", chapter, "--data", Folders.make({ transactions: lost })]
        const ended = await Ledger.run(args, { DATABASE_URL: url })
        expect(ended[stream]).toContain(failed)
        expect(ended.stdout).toMatch(/^1 of \d checks failed/m)
        expect(ended.code).toBe(1)
      })()
  )

  it(
    "on a server: installs the ledger's SQL alone, also a second time",
    onServer(async (url) => {
      for (let times = 0; times < 2; times++) {
        const { code, stdout } = await Ledger.run(["--sql"], { DATABASE_URL: url })
        expect(code).toBe(0)
        expect(stdout).toContain("SET search_path = ledger;")
      }
    })
  )

  it(
    "on a server: runs again and again, and imports once",
    onServer(async (url) => {
      for (let run = 0; run < runs; run++) {
        const { checks, sql } = parse((await Ledger.run(["--json"], { DATABASE_URL: url })).stdout)
        expect(checks.filter(({ ok }) => !ok)).toEqual([])
        expect(sql).toMatchObject({ findings: 0 })
      }
      const { code, stdout } = await Ledger.run(["--chapter", "import"], { DATABASE_URL: url })
      expect(stdout).toMatch(/added\s+0\s+events/)
      expect(code).toBe(0)
    })
  )

  it(
    "on a server: an import that is killed is completed by the next run",
    onServer(async (url) => {
      const folder = Folders.make({ name: `killed_${Date.now()}` })
      cpSync(sample, folder, { recursive: true })
      const args = ["--chapter", "import", "--data", folder]
      await Ledger.run(args, { DATABASE_URL: url }, { killOn: "importing: 500" })
      const { code, stdout } = await Ledger.run(args, { DATABASE_URL: url })
      const [, added] = stdout.match(/added\s+(\d+)\s+events/) ?? []
      expect(Number(added)).toBeLessThanOrEqual(904)
      expect(stdout).toContain("All 3 checks passed")
      expect(code).toBe(0)
    })
  )
})
