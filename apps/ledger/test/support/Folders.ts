// Folders of bank files for tests: a small valid one, and variants of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/** The lines of a good pair of files: one account, five transactions, two of them on one day in the wrong order. */
export const accountLines = [
  `"account_id";"district_id";"frequency";"date"`,
  `576;55;"POPLATEK MESICNE";930101`,
  `704;55;"POPLATEK TYDNE";930102`
]

export const transactionLines = [
  `"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"`,
  `11;576;930101;"PRIJEM";"VKLAD";900.00;900.00;"";;`,
  `12;576;930111;"VYDAJ";"VYBER";200.00;6900.00;"";;`,
  `13;576;930111;"PRIJEM";"PREVOD Z UCTU";6200.00;7100.00;"DUCHOD";"YZ";30300313`,
  `14;576;930131;"PRIJEM";"";20.10;6920.20;"UROK";;`,
  `15;576;930131;"VYDAJ";"VYBER";14.60;6905.60;"SLUZBY";;`
]

export const transactionHeader = transactionLines[0] ?? ""

/** Lines with one of them changed; the header is line 1. */
export const edit = (lines: ReadonlyArray<string>, line: number, change: (text: string) => string) =>
  lines.map((text, index) => (index === line - 1 ? change(text) : text))

/** A new folder called `name` that holds these files, gone after the test. Null leaves a file out. */
export const make = ({ accounts = accountLines, name = "bank", transactions = transactionLines }: {
  readonly accounts?: ReadonlyArray<string> | null
  readonly transactions?: ReadonlyArray<string> | null
  readonly name?: string
}): string => {
  const root = mkdtempSync(join(tmpdir(), "ledger-"))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const folder = join(root, name)
  mkdirSync(folder)
  if (accounts !== null) writeFileSync(join(folder, "account.asc"), [...accounts, ""].join("\n"))
  if (transactions !== null) writeFileSync(join(folder, "trans.asc"), [...transactions, ""].join("\n"))
  return folder
}
