// The import against real transactions, where there are some: in the folder BERKA_DATA names, or beside the repository.
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Effect from "effect/Effect"
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as Import from "../../src/import/Import.ts"
import * as Reconciliation from "../../src/import/Reconciliation.ts"
import * as Source from "../../src/import/Source.ts"

const beside = dirname(fileURLToPath(new URL("../../../..", import.meta.url)))

const find = (): string | undefined =>
  readdirSync(beside)
    .map((name) => join(beside, name, "data", "berka"))
    .find((candidate) => existsSync(join(candidate, "trans.asc")))

// A folder that was named and is not there is a failure, not a reason to skip.
const named = process.env["BERKA_DATA"] ?? ""
const folder = named === "" ? find() : named

describe("real bank transactions", () => {
  it("are imported without losing a row, and every account reconciles within rounding", async (context) => {
    if (folder === undefined) return context.skip("no real transactions here: set BERKA_DATA to a folder that has them")
    await Effect.gen(function*() {
      const rows = yield* Source.countRows(folder)
      const imported = yield* Import.run(folder)
      expect(imported.added).toBe(rows.accounts + rows.transactions)
      const { accounts, exact, off, withinRounding } = yield* Reconciliation.reconcile(imported)
      expect(off).toEqual([])
      expect(exact + withinRounding.length).toBe(accounts)
      // Every day's order is told by the balances, and no day has a gap.
      const statements = [...imported.statements.values()]
      expect(statements.filter(({ gaps, unordered }) => gaps + unordered > 0)).toEqual([])
      expect(yield* Import.run(folder)).toMatchObject({ added: 0 })
    }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise)
  }, 120_000)
})
