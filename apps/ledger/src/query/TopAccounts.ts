/** The largest accounts. */
import * as ReadModel from "refold/ReadModel"
import type { Currency } from "../Currency.ts"
import * as TopAccounts from "../projection/TopAccounts.ts"

/** The query for the largest accounts of a currency, now or in the past. */
export const largest = (currency: Currency, limit: number) =>
  ({ index: "byBalance", where: { currency }, descending: true, limit }) as const

/** The largest open accounts in a currency, the largest first; at most 1,000. */
export const topAccounts = (currency: Currency, limit: number) =>
  ReadModel.query(TopAccounts.projection, largest(currency, limit))
