/** A row of `trans.asc`: money that came to an account or left it, and the bank's balance afterwards. */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { Amount } from "../Amount.ts"
import { BadInput, quote } from "./BadInput.ts"
import type { CsvRow } from "./CsvFile.ts"
import * as Field from "./Field.ts"

/** The columns, in their order. */
export const columns = [
  "trans_id",
  "account_id",
  "date",
  "type",
  "operation",
  "amount",
  "balance",
  "k_symbol",
  "bank",
  "account"
] as const

/** A transaction. */
export interface TransactionRow {
  readonly transId: number
  readonly accountId: number
  /** The first instant of its day; the file has no time of day. */
  readonly day: DateTime.Utc
  readonly type: Type
  readonly operation: Operation
  readonly amount: Amount
  /** The amount as it changes the balance: below 0 if money left. */
  readonly change: number
  /** The bank's own balance after it. */
  readonly balance: number
  /** The bank's code for the purpose (`UROK` interest, `SIPO` household …); may be empty. */
  readonly symbol: string
  /** The bank and the account at the other end; may be empty. */
  readonly counterparty: string
  readonly raw: CsvRow<typeof columns[number]>
}

// `PRIJEM` money in, `VYDAJ` money out, `VYBER` money out in cash.
type Type = keyof typeof operations

// Cash in, cash out, transfer in, transfer out, by card; empty for interest and fees.
type Operation = typeof operations[Type][number]

// Which operations a type allows.
const operations = {
  PRIJEM: ["VKLAD", "PREVOD Z UCTU", ""],
  VYDAJ: ["VYBER", "PREVOD NA UCET", "VYBER KARTOU", ""],
  VYBER: ["VYBER"]
} as const

const fields = {
  trans_id: Field.id,
  account_id: Field.id,
  date: Field.day,
  type: Field.oneOf("PRIJEM", "VYDAJ", "VYBER"),
  operation: Field.oneOf("VKLAD", "VYBER", "PREVOD Z UCTU", "PREVOD NA UCET", "VYBER KARTOU", ""),
  amount: Field.amount,
  balance: Field.balance,
  k_symbol: Field.text,
  bank: Field.text,
  account: Field.text
}

/** Reads a row; fails with `BadInput` that names the column and the rule. */
export const parse = (raw: TransactionRow["raw"]): Result.Result<TransactionRow, BadInput> =>
  Result.flatMap(Field.readRow(fields, raw), (row) => {
    const allowed: ReadonlyArray<Operation> = operations[row.type]
    if (!allowed.includes(row.operation)) {
      const rule = `must be one that goes with type ${row.type}, not ${quote(row.operation)}`
      return Result.fail(new BadInput({ ...raw.place, column: "operation", rule }))
    }
    return Result.succeed({
      transId: row.trans_id,
      accountId: row.account_id,
      day: row.date,
      type: row.type,
      operation: row.operation,
      amount: row.amount,
      change: row.type === "PRIJEM" ? row.amount : 0 - row.amount,
      balance: row.balance,
      symbol: row.k_symbol,
      counterparty: [row.bank, row.account].filter((part) => part !== "" && part !== "0").join("/"),
      raw
    })
  })
