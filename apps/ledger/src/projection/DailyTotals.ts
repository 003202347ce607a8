/**
 * The movements of each day and of each month, by currency. A movement changes two rows, that of its day and that of its
 * month. The rows sum up all accounts.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Projection from "refold/Projection"
import * as Account from "../Account.ts"
import { Amount } from "../Amount.ts"
import * as Currency from "../Currency.ts"

/** A row: a day or a month in one currency. */
export const Totals = Schema.Struct({
  unit: Schema.Literals(["Day", "Month"]),
  /** `1993-03-31`, or `1993-03`, in UTC. */
  period: Schema.String,
  currency: Currency.Currency,
  /** Interest is deposited, too. */
  deposited: Amount,
  /** Fees are withdrawn, too. */
  withdrawn: Amount,
  count: Schema.Int
})
/** A row: a day or a month in one currency. */
export type Totals = typeof Totals.Type

// The key of the row of a day or a month.
const keyOf = (currency: Currency.Currency, period: string): string => `${currency}/${period}`

const monthLength = "1993-03".length

// The day and the month in which it occurred, not those in which it was recorded.
const keys = ({ currency }: Account.Movement, { occurredAt }: Projection.Envelope): ReadonlyArray<string> => {
  const date = DateTime.formatIsoDateUtc(occurredAt)
  return [keyOf(currency, date), keyOf(currency, date.slice(0, monthLength))]
}

const evolve = (totals: Totals, event: Account.Movement, _: Projection.Envelope, key: string): Totals => {
  const period = key.slice(keyOf(event.currency, "").length)
  const change = Account.changeOf(event)
  return {
    unit: period.length === monthLength ? "Month" : "Day",
    period,
    currency: event.currency,
    deposited: Amount.make(totals.deposited + Math.max(0, change)),
    withdrawn: Amount.make(totals.withdrawn + Math.max(0, -change)),
    count: totals.count + 1
  }
}

const none = Amount.make(0)

/** Days and months in a row of time, by currency. */
export const projection = Projection.makeUnsafe({
  name: "daily-totals",
  version: 2,
  events: Account.movements,
  categories: [Account.aggregate.category],
  keys,
  state: Totals,
  initialState: { unit: "Day", period: "", currency: Currency.first, deposited: none, withdrawn: none, count: 0 },
  evolve,
  indexes: { byPeriod: ["unit", "currency", "period"] }
})
