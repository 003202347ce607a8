/**
 * The open accounts by balance, in each currency. The index has currency and balance, so "the ten largest in
 * EUR" reads ten rows, however many accounts there are.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Projection from "refold/Projection"
import * as Account from "../Account.ts"
import { Balance } from "../Amount.ts"
import * as Currency from "../Currency.ts"

/** A row: an open account. */
export const TopAccount = Schema.Struct({
  currency: Currency.Currency,
  balance: Balance,
  /** The day on which it was opened, in UTC; empty before. */
  since: Schema.String
})
/** A row: an open account. */
export type TopAccount = typeof TopAccount.Type

const unopened: TopAccount = { currency: Currency.first, balance: 0, since: "" }

const evolve = (
  account: TopAccount,
  event: Account.Event,
  { occurredAt }: Projection.Envelope
): TopAccount | Projection.Removed => {
  if (event._tag === "AccountOpened") {
    return { currency: event.currency, balance: 0, since: DateTime.formatIsoDateUtc(occurredAt) }
  }
  // A fact about an account that is closed, or was never opened, must not create a row.
  if (event._tag === "AccountClosed" || account.since === "") return Projection.removed
  return Account.isMovement(event) ? { ...account, balance: account.balance + Account.changeOf(event) } : account
}

/** Keyed by stream; an account that is closed has no row. */
export const projection = Projection.makeUnsafe({
  name: "top-accounts",
  version: 2,
  events: Account.codec,
  categories: [Account.aggregate.category],
  keys: Projection.byStream,
  state: TopAccount,
  initialState: unopened,
  evolve,
  indexes: { byBalance: ["currency", "balance"] }
})
