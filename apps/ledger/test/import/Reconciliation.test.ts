import * as Effect from "effect/Effect"
import * as MemoryStore from "refold/MemoryStore"
import { describe, expect, it } from "vitest"
import * as Import from "../../src/import/Import.ts"
import * as Reconciliation from "../../src/import/Reconciliation.ts"
import * as Folders from "../support/Folders.ts"

const reconcile = (transactions: ReadonlyArray<string>) =>
  Effect.runPromise(
    Effect.flatMap(Import.run(Folders.make({ transactions })), Reconciliation.reconcile).pipe(
      Effect.provide(MemoryStore.layer, { local: true })
    )
  )

const cash = (transId: number, day: number, amount: string, balance: string) =>
  `${transId};576;9301${day};"PRIJEM";"VKLAD";${amount};${balance};"";;`

describe("reconciliation", () => {
  it("counts each account with transactions once, and no others", async () => {
    // 900.00 - 200.00 + 6200.00 + 20.10 - 14.60 = 6905.50, and the bank prints 6905.60.
    expect(await reconcile(Folders.transactionLines)).toEqual({
      accounts: 1,
      exact: 0,
      withinRounding: [{ accountId: 576, folded: 690_550, bank: 690_560, difference: -10, bound: 30 }],
      off: []
    })
  })

  it("finds equal balances exact", async () => {
    expect(await reconcile([Folders.transactionHeader, cash(1, 10, "5.00", "5.00")])).toMatchObject({
      accounts: 1,
      exact: 1
    })
  })

  it("accepts a rounding error of at most 0.05 for each number", () => {
    const statement = { accountId: 1, version: 4, transactions: 3, balance: 0, unordered: 0, gaps: 0 }
    expect(Reconciliation.isRounding(20, statement)).toBe(true)
    expect(Reconciliation.isRounding(-21, statement)).toBe(false)
  })

  it("does not explain a difference by rounding if a day has a gap", async () => {
    const rows = Array.from({ length: 9 }, (_, index) => cash(index, 10 + index, "1.00", `${index + 1}.00`))
    const jump = cash(9, 20, "1.00", "10.40")
    const { off } = await reconcile([Folders.transactionHeader, ...rows, jump])
    expect(off).toEqual([{ accountId: 576, folded: 1_000, bank: 1_040, difference: -40, bound: 55 }])
  })

  it("finds an account off when a row is missing", async () => {
    const { exact, off } = await reconcile([
      Folders.transactionHeader,
      cash(1, 10, "5.00", "5.00"),
      cash(3, 12, "5.00", "15.00")
    ])
    expect(exact).toBe(0)
    expect(off).toMatchObject([{ difference: -500 }])
  })
})
