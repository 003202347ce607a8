/**
 * The order of an account's transactions within a day. The file does not give it, but the balances do: each row's
 * balance is the balance before it plus its amount, within rounding.
 */

/** A row: how it changes the balance, and the balance after it. Minor units. */
export interface Entry {
  readonly change: number
  readonly balance: number
}

/** A day in the order in which it happened. */
export interface Day<E extends Entry> {
  readonly entries: ReadonlyArray<E>
  /** Whether each balance follows from the one before; otherwise the entries are in the order of the file. */
  readonly isChain: boolean
  /** Whether the change of the balance differs from the sum of the amounts by more than rounding explains. */
  readonly isGap: boolean
}

/** The bank rounds each amount and each balance to 0.10, so each of them may be off by 0.05: 5 minor units. */
export const roundingError = 5

/** The maximum rounding error of `rows` amounts between two balances: each number may be off. */
const maxMiss = (rows: number): number => (rows + 2) * roundingError

// A search that takes more steps has balances that fit no order, or too many.
const maxSteps = 10_000
const maxEntries = 100

/**
 * Puts the entries of one account and one day in order, given the bank's balance before that day. If no order fits,
 * the order of the file is kept, except for the row whose balance is nearest to the day's sum: that one is the last.
 */
export const recover = <E extends Entry>(before: number, entries: ReadonlyArray<E>): Day<E> => {
  const chain = entries.length > maxEntries ? undefined : findChain(before, entries, { left: maxSteps })
  if (chain !== undefined) return { entries: chain, isChain: true, isGap: false }
  const sum = entries.reduce((balance, { change }) => balance + change, before)
  const last = entries.reduce((best, entry) =>
    Math.abs(entry.balance - sum) < Math.abs(best.balance - sum) ? entry : best
  )
  return {
    entries: [...entries.filter((entry) => entry !== last), last],
    isChain: false,
    isGap: Math.abs(last.balance - sum) > maxMiss(entries.length)
  }
}

// Depth first, in the order of the file: the first chain found is the one nearest to it.
const findChain = <E extends Entry>(
  before: number,
  rest: ReadonlyArray<E>,
  budget: { left: number }
): ReadonlyArray<E> | undefined => {
  if (rest.length === 0) return []
  for (const entry of rest) {
    if (budget.left-- <= 0) return undefined
    if (Math.abs(before + entry.change - entry.balance) > maxMiss(1)) continue
    const others = rest.filter((other) => other !== entry)
    const tail = findChain(entry.balance, others, budget)
    if (tail !== undefined) return [entry, ...tail]
  }
  return undefined
}
