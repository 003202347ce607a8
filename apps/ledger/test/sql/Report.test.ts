import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"
import * as Report from "../../src/sql/Report.ts"

it("the page about the ledger's SQL is generated from the present files; `npm run report` writes it", () => {
  expect(readFileSync(new URL("REPORT.md", LedgerSql.folder), "utf8")).toBe(Report.page())
})

it("describes every object with a comment, in sentences and not in code", () => {
  const page = Report.page()
  for (const name of ["handle", "balance_projection", "validate_ledger", "fold_account"]) {
    expect(page).toContain(`\n### ${name}\n`)
  }
  expect(page).not.toMatch(/^--/m)
})
