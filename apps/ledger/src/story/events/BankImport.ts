/** A bank's files become events; each account's folded balance is reconciled with the bank's own. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Import from "../../import/Import.ts"
import * as Reconciliation from "../../import/Reconciliation.ts"
import * as Source from "../../import/Source.ts"
import * as Chapter from "../Chapter.ts"
import { count, type Narration, table } from "../Narration.ts"

type Differences = ReadonlyArray<Reconciliation.Difference>

const differences = (title: string, all: Differences, most: number): Narration => {
  if (all.length === 0) return []
  const largest = all.toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, most)
  const rows = table(largest, ["accountId"], ["folded", "bank", "difference", "bound"])
  return [title, all.length > most ? [...rows, `… and ${count(all.length - most)} more`] : rows]
}

/** The import of a bank's files. */
export const bankImport: Chapter.StoreChapter = Chapter.make("import", "The import of a bank's files", {
  find: function*({ folder }: Chapter.Input) {
    const rows = yield* Source.countRows(folder)
    const [duration, imported] = yield* Effect.timed(Import.run(folder))
    const again = yield* Import.run(folder)
    const statements = [...imported.statements.values()]
    // Transactions whose order within their day does not follow from the balances.
    const unordered = statements.reduce((sum, { unordered }) => sum + unordered, 0)
    // Days on which the bank's balances differ from the sum of their amounts.
    const gaps = statements.reduce((sum, { gaps }) => sum + gaps, 0)
    const reconciliation = yield* Reconciliation.reconcile(imported)
    const seconds = Duration.toSeconds(duration)
    return { folder, rows, again, added: imported.added, seconds, unordered, gaps, ...reconciliation }
  },
  figure: ({ accounts, added, off }) =>
    `${count(added)} events added; ${accounts - off.length} of ${accounts} balances are the bank's, within rounding`,
  checks: ({ again, off, rows }) => ({
    "every row of the files is one event in the store": again.stored === rows.accounts + rows.transactions,
    "importing again adds nothing": again.added === 0,
    "every account's balance is the bank's, exactly or within rounding": off.length === 0
  }),
  lines: ({ accounts, added, exact, folder, gaps, off, rows, seconds, unordered, withinRounding }) => [
    `${folder}: ${count(rows.accounts)} accounts, ${count(rows.transactions)} transactions.`,
    `The import added ${count(added)} events in ${seconds.toFixed(1)} s.`,
    "The files do not order the transactions of a day; the order follows from the bank's balances,",
    `with ${count(unordered)} exceptions. On ${count(gaps)} days the bank's balance has a gap.`,
    `The folded balances of the ${count(accounts)} accounts with transactions, compared with the bank's:`,
    table([{ exact, withinRounding: withinRounding.length, off: off.length }]),
    ...differences("Differences that rounding to 0.10 explains, the largest first:", withinRounding, 5),
    ...differences("Differences that rounding does not explain:", off, 50)
  ],
  facts: ({ accounts, added, exact, off, rows, seconds, withinRounding }) => ({
    accounts,
    import: { accountRows: rows.accounts, transactionRows: rows.transactions, eventsAdded: added, seconds },
    reconciliation: {
      exact,
      withinRounding: withinRounding.length,
      off: off.length,
      differences: Object.entries({ off, withinRounding }).flatMap(([verdict, all]) =>
        all.map((difference) => ({ ...difference, verdict }))
      )
    }
  })
})
