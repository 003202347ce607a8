import * as Effect from "effect/Effect"
import { basename } from "node:path"
import { EventStore } from "refold/EventStore"
import * as MemoryStore from "refold/MemoryStore"
import { describe, expect, it } from "vitest"
import * as Import from "../../src/import/Import.ts"
import * as Folders from "../support/Folders.ts"

const { accountLines, edit, transactionHeader, transactionLines } = Folders

/** The error of an import of bad files, without its folder, and the number of stored events. */
const refusalOf = (files: Parameters<typeof Folders.make>[0]): Promise<readonly [string, number]> => {
  const folder = Folders.make(files)
  return Effect.runPromise(
    Effect.gen(function*() {
      const error = yield* Effect.flip(Import.run(folder))
      return [error.message.replace(`${folder}/`, ""), yield* (yield* EventStore).head] as const
    }).pipe(Effect.provide(MemoryStore.layer, { local: true }))
  )
}

const row = (line: number, change: (text: string) => string) => ({ transactions: edit(transactionLines, line, change) })
const swap = (from: string, to: string) => (text: string) => text.replace(from, to)

const cases: ReadonlyArray<readonly [string, Parameters<typeof Folders.make>[0], string]> = [
  ["a missing file", { transactions: null }, "trans.asc: must be a file that can be read: there is no such file"],
  [
    "a missing folder's file",
    { accounts: null },
    "account.asc: must be a file that can be read: there is no such file"
  ],
  [
    "an empty file",
    { transactions: [] },
    "trans.asc: must start with the header trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account, " +
    "not be empty"
  ],
  [
    "a wrong header",
    { accounts: edit(accountLines, 1, swap("district", "town")) },
    `account.asc (line 1): must be the header account_id;district_id;frequency;date or account_id;district_id;frequency;date;currency, not "account_id;town_id;frequency;date"`
  ],
  ["a row with a field too few", row(3, swap(";;", ";")), "trans.asc, row 2 (line 3): must have 10 fields, not 9"],
  [
    "a quotation that does not end",
    row(3, swap(`"VYBER"`, `"VYBER`)),
    `trans.asc, row 2 (line 4): must be CSV with ";" between fields`
  ],
  [
    "an id that is no number",
    row(2, swap("11;", "x;")),
    `trans.asc, row 1 (line 2), column "trans_id": must be a whole number, not "x"`
  ],
  [
    "an unknown type",
    row(4, swap("PRIJEM", "DAR")),
    `trans.asc, row 3 (line 4), column "type": must be PRIJEM, VYDAJ or VYBER, not "DAR"`
  ],
  [
    "an unknown operation",
    row(4, swap("PREVOD Z UCTU", "SEK")),
    `trans.asc, row 3 (line 4), column "operation": must be VKLAD, VYBER, PREVOD Z UCTU, PREVOD NA UCET, VYBER KARTOU or ` +
    `empty, not "SEK"`
  ],
  [
    "an operation of another type",
    row(2, swap("VKLAD", "VYBER")),
    `trans.asc, row 1 (line 2), column "operation": must be one that goes with type PRIJEM, not "VYBER"`
  ],
  [
    "an amount without decimals",
    row(2, swap("900.00", "900")),
    `trans.asc, row 1 (line 2), column "amount": must be an amount with two decimals, such as 700.00, not "900"`
  ],
  [
    "a negative amount",
    row(2, swap("900.00", "-900.00")),
    `trans.asc, row 1 (line 2), column "amount": must be an amount with two decimals, such as 700.00, not "-900.00"`
  ],
  [
    "a balance that is no number",
    row(2, swap("900.00;\"\"", "much;\"\"")),
    `trans.asc, row 1 (line 2), column "balance": must be a balance with two decimals, such as -12.50, not "much"`
  ],
  [
    "a day that does not exist",
    row(6, swap("930131", "930231")),
    `trans.asc, row 5 (line 6), column "date": must be a day, YYMMDD, not "930231"`
  ],
  [
    "a day before that of the row above",
    row(6, swap("930131", "930130")),
    `trans.asc, row 5 (line 6), column "date": must not be before the date of the row above, not "930130"`
  ],
  [
    "an account that was not opened",
    row(2, swap("576", "577")),
    `trans.asc, row 1 (line 2), column "account_id": must be an account of account.asc, not "577"`
  ],
  [
    "a transaction that occurs twice",
    row(3, swap("12;", "11;")),
    `trans.asc, row 2 (line 3), column "trans_id": must not repeat a transaction of a row above, not "11"`
  ],
  [
    "text that no store can hold",
    row(4, swap("YZ", "Y\u0000")),
    "trans.asc, row 3 (line 4): must hold only text that can be stored"
  ],
  [
    "an account that occurs twice",
    { accounts: [...accountLines, accountLines[1] ?? ""] },
    `account.asc, row 3 (line 4), column "account_id": must not repeat an account of a row above, not "576"`
  ],
  [
    "an unknown frequency",
    { accounts: edit(accountLines, 2, swap("MESICNE", "ROCNE")) },
    `account.asc, row 1 (line 2), column "frequency": must be POPLATEK MESICNE, POPLATEK TYDNE or POPLATEK PO OBRATU, ` +
    `not "POPLATEK ROCNE"`
  ]
]

describe("bad files", () => {
  it.each(cases)("%s is refused with its place and its rule, and nothing is stored", async (_, files, message) => {
    const [said, stored] = await refusalOf(files)
    expect(said).toContain(message)
    expect(said).not.toContain("\n")
    expect(stored).toBe(0)
  })

  it("a bad last row is found before the first row is stored", async () => {
    const many = Array.from(
      { length: 2_000 },
      (_, index) => `${index};576;930101;"PRIJEM";"VKLAD";1.00;${index + 1}.00;"";;`
    )
    const [said, stored] = await refusalOf({ transactions: [transactionHeader, ...many, "oops"] })
    expect(said).toBe("trans.asc, row 2001 (line 2002): must have 10 fields, not 1")
    expect(stored).toBe(0)
  })

  it("a folder instead of a file is refused", async () => {
    const folder = Folders.make({ transactions: null, name: "bank" })
    const error = await Effect.runPromise(Effect.flip(Import.checkFiles(`${folder}/account.asc`)))
    expect(basename(error.file)).toBe("account.asc")
    expect(error.rule).toContain("its folder is not a folder")
  })
})
