/** A folder of the bank's files, and the rules that need more than one row: known accounts, order, no repetition. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { basename, join, resolve } from "node:path"
import * as AccountRow from "./AccountRow.ts"
import { BadInput, quote } from "./BadInput.ts"
import * as CsvFile from "./CsvFile.ts"
import * as TransactionRow from "./TransactionRow.ts"

/** The names of the two files. */
export const files = { accounts: "account.asc", transactions: "trans.asc" } as const

/** The name of a folder's accounts in the store: that of the folder. */
export const nameOf = (folder: string): string => basename(resolve(folder)).slice(0, 100) || "data"

/** The accounts by their id, in the order of the file. As many as the bank has are held in memory. */
export const accounts = (folder: string): Effect.Effect<ReadonlyMap<number, AccountRow.AccountRow>, BadInput> =>
  Effect.suspend(() => {
    const byId = new Map<number, AccountRow.AccountRow>()
    return CsvFile.read(join(folder, files.accounts), AccountRow.columns, AccountRow.extraColumns).pipe(
      Stream.mapEffect((row) => Effect.fromResult(AccountRow.parse(row))),
      Stream.runForEach((row) => {
        if (byId.has(row.accountId)) return broken(row, "account_id", "must not repeat an account of a row above")
        byId.set(row.accountId, row)
        return Effect.void
      }),
      Effect.as(byId)
    )
  })

/** The transactions in the order of the file. The ids are kept in memory during the read, so that none counts twice. */
export const transactions = (
  folder: string,
  accounts: ReadonlyMap<number, AccountRow.AccountRow>
): Stream.Stream<TransactionRow.TransactionRow, BadInput> =>
  Stream.suspend(() => {
    const seen = new Set<number>()
    let latest: TransactionRow.TransactionRow | undefined
    return CsvFile.read(join(folder, files.transactions), TransactionRow.columns).pipe(
      Stream.mapEffect(Effect.fnUntraced(function*(raw) {
        const row = yield* Effect.fromResult(TransactionRow.parse(raw))
        if (!accounts.has(row.accountId)) yield* broken(row, "account_id", `must be an account of ${files.accounts}`)
        if (seen.has(row.transId)) yield* broken(row, "trans_id", "must not repeat a transaction of a row above")
        if (latest !== undefined && row.day.epochMilliseconds < latest.day.epochMilliseconds) {
          yield* broken(row, "date", "must not be before the date of the row above")
        }
        seen.add(row.transId)
        latest = row
        return row
      }))
    )
  })

/** The number of rows below the headers, without parsing them: an independent count for tests of the import. */
export const countRows = Effect.fnUntraced(function*(folder: string) {
  const accounts = yield* Stream.runCount(
    CsvFile.read(join(folder, files.accounts), AccountRow.columns, AccountRow.extraColumns)
  )
  const transactions = yield* Stream.runCount(CsvFile.read(join(folder, files.transactions), TransactionRow.columns))
  return { accounts, transactions }
})

const broken = (
  { raw }: { readonly raw: CsvFile.CsvRow<never> | CsvFile.CsvRow<string> },
  column: string,
  rule: string
): Effect.Effect<never, BadInput> => {
  const { fields, place }: CsvFile.CsvRow<string> = raw
  return Effect.fail(new BadInput({ ...place, column, rule: `${rule}, not ${quote(fields[column] ?? "")}` }))
}
