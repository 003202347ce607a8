/** Writes the page about the ledger's SQL beside the files that it is made of. */
import { writeFileSync } from "node:fs"
import * as LedgerSql from "./LedgerSql.ts"
import * as Report from "./Report.ts"

writeFileSync(new URL("REPORT.md", LedgerSql.folder), Report.page())
