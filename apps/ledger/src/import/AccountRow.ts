/** A row of `account.asc`: an account that the bank opened. */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { Statements } from "../Account.ts"
import * as Currency from "../Currency.ts"
import type { BadInput } from "./BadInput.ts"
import type { CsvRow } from "./CsvFile.ts"
import * as Field from "./Field.ts"

/** The columns, in their order. */
export const columns = ["account_id", "district_id", "frequency", "date"] as const

/** An optional column: the currency. Without it all accounts are in the bank's first currency. */
export const extraColumns = ["currency"] as const

/** An account that was opened. */
export interface AccountRow {
  readonly accountId: number
  readonly districtId: number
  readonly statements: typeof Statements.Type
  readonly openedOn: DateTime.Utc
  readonly currency: Currency.Currency
  readonly raw: CsvRow<typeof columns[number], typeof extraColumns[number]>
}

const fields = {
  account_id: Field.id,
  district_id: Field.id,
  frequency: Field.oneOf("POPLATEK MESICNE", "POPLATEK TYDNE", "POPLATEK PO OBRATU"),
  date: Field.day,
  currency: Field.oneOf(...Currency.Currency.literals)
}

// "Fee monthly, weekly, after each turnover": what the holder pays for is the statement.
const statements = {
  "POPLATEK MESICNE": "Monthly",
  "POPLATEK TYDNE": "Weekly",
  "POPLATEK PO OBRATU": "AfterEachTransaction"
} as const

/** Reads a row; fails with `BadInput` that names the column and the rule. */
export const parse = (raw: AccountRow["raw"]): Result.Result<AccountRow, BadInput> =>
  Result.map(Field.readRow(fields, { ...raw, fields: { currency: Currency.first, ...raw.fields } }), (row) => ({
    accountId: row.account_id,
    districtId: row.district_id,
    statements: statements[row.frequency],
    openedOn: row.date,
    currency: row.currency,
    raw
  }))
