/** The end of one account in the bank's files: a replay is compared with it. */
import type { PlannedEvent } from "./Plan.ts"

/** The end of an account in the files. */
export interface Statement {
  readonly accountId: number
  /** The number of events of the account: its opening and its transactions. */
  readonly version: number
  readonly transactions: number
  /** The bank's balance after the last transaction, 0 before the first. Minor units. */
  readonly balance: number
  /** Transactions of days whose order does not follow from the balances. */
  readonly unordered: number
  /** Days with a gap that rounding does not explain. */
  readonly gaps: number
}

/** The statement with this event. */
export const add = (before: Statement | undefined, { accountId, entry, version }: PlannedEvent): Statement => {
  const { balance, gaps, transactions, unordered } = before ?? nothing
  if (entry === undefined) return { accountId, version, transactions, balance, unordered, gaps }
  return {
    accountId,
    version,
    transactions: transactions + 1,
    balance: entry.balance,
    unordered: unordered + (entry.isChain ? 0 : 1),
    gaps: gaps + (entry.isGap ? 1 : 0)
  }
}

const nothing = { transactions: 0, balance: 0, unordered: 0, gaps: 0 }
