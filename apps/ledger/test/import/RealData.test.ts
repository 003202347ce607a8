// The import against real transactions, where there are some.
import * as Effect from "effect/Effect"
import * as MemoryStore from "refold/MemoryStore"
import { describe, expect, it } from "vitest"
import * as Import from "../../src/import/Import.ts"
import * as Reconciliation from "../../src/import/Reconciliation.ts"
import * as Source from "../../src/import/Source.ts"
import * as RealData from "../support/RealData.ts"

describe("real bank transactions", () => {
  it("are imported without losing a row, and every account reconciles within rounding", async (context) => {
    const { folder } = RealData
    if (folder === undefined) return context.skip(RealData.absent)
    await Effect.gen(function*() {
      const rows = yield* Source.countRows(folder)
      const imported = yield* Import.run(folder)
      expect(imported.added).toBe(rows.accounts + rows.transactions)
      const { accounts, exact, off, withinRounding } = yield* Reconciliation.reconcile(imported)
      expect(off).toEqual([])
      expect(exact + withinRounding.length).toBe(accounts)
      // Every day's order follows from the balances, and no day has a gap.
      const statements = [...imported.statements.values()]
      expect(statements.filter(({ gaps, unordered }) => gaps + unordered > 0)).toEqual([])
      expect(yield* Import.run(folder)).toMatchObject({ added: 0 })
    }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise)
  })
})
