/** The words of the import: what came in, and where the fold and the bank do not say the same. */
import { format } from "../Amount.ts"
import type { Difference } from "../import/Reconciliation.ts"
import type { BankImport } from "../story/BankImport.ts"
import * as Table from "./Table.ts"

/** What there is to tell of an import. */
export const lines = (chapter: BankImport): ReadonlyArray<string> => {
  const { accounts, exact, off, withinRounding } = chapter.reconciliation
  const seconds = chapter.seconds.toFixed(1)
  return [
    `${chapter.folder}: ${count(chapter.accountRows)} accounts, ${count(chapter.transactionRows)} transactions.`,
    `Added ${count(chapter.added)} events in ${seconds} s. The files do not say what came first within`,
    chapter.unordered === 0
      ? "a day; the bank's balances do, for every day."
      : `a day; the bank's balances do, but for ${count(chapter.unordered)} transactions.`,
    "",
    `The folded balance of each of the ${count(accounts)} accounts with transactions against the bank's own column:`,
    "",
    ...Table.lines(["verdict", "accounts"], [
      ["exact", count(exact)],
      ["within rounding", count(withinRounding.length)],
      ["off", count(off.length)]
    ]),
    ...gaps(chapter),
    ...differences("Differences that the rounding to 0.10 explains, the largest first:", withinRounding, 5),
    ...differences("Differences that nothing explains:", off, 50),
    ...histogram(withinRounding)
  ]
}

const gaps = ({ gaps }: BankImport): ReadonlyArray<string> =>
  gaps === 0 ? [] : ["", `On ${count(gaps)} days the bank's balance moved by more than its transactions say.`]

const differences = (title: string, all: ReadonlyArray<Difference>, most: number): ReadonlyArray<string> => {
  if (all.length === 0) return []
  const largest = [...all].toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, most)
  const rows = largest.map(({ accountId, bank, bound, difference, folded }) => [
    String(accountId),
    format(folded),
    format(bank),
    format(difference),
    format(bound)
  ])
  const rest = all.length > most ? [`… and ${count(all.length - most)} more`] : []
  return ["", title, "", ...Table.lines(["account", "folded", "bank", "difference", "at most"], rows), ...rest]
}

const histogram = (all: ReadonlyArray<Difference>): ReadonlyArray<string> => {
  if (all.length === 0) return []
  const bySize = [...Map.groupBy(all, ({ difference }) => Math.abs(difference))].toSorted(([a], [b]) => a - b)
  const sizes = bySize.map(([size, of]) => `${format(size)} on ${count(of.length)}`)
  return ["", `All of them by size: ${sizes.join(", ")}.`]
}

const count = (n: number): string => n.toLocaleString("en-US")
