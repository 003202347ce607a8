/**
 * The current statement of each account: its latest month, from the opening to the closing balance. Older
 * statements are past rows of the same projection, so they need no rows of their own.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Projection from "refold/Projection"
import * as Account from "../Account.ts"
import { Amount, Balance } from "../Amount.ts"
import * as Currency from "../Currency.ts"

// The maximum number of listed movements, the last of the month. A row is read and written as a whole, so it is kept short.
const listed = 20

// A movement in a statement: its day, its kind, its amount and the balance after it.
const Line = Schema.Struct({ day: Schema.String, type: Schema.String, change: Balance, balance: Balance })

/** A row: a month of an account. `opening + deposited - withdrawn` is `closing`. */
export const Statement = Schema.Struct({
  currency: Currency.Currency,
  /** `1993-03`; empty before the account is opened. */
  month: Schema.String,
  opening: Balance,
  /** Interest is deposited, too. */
  deposited: Amount,
  /** Fees are withdrawn, too. */
  withdrawn: Amount,
  closing: Balance,
  /** The number of movements in the month. */
  movements: Schema.Int,
  /** The last of them. */
  lines: Schema.Array(Line)
})
/** A row: a month of an account. */
export type Statement = typeof Statement.Type

const none = Amount.make(0)

const unopened: Statement = {
  currency: Currency.first,
  month: "",
  opening: 0,
  deposited: none,
  withdrawn: none,
  closing: 0,
  movements: 0,
  lines: []
}

type Event = typeof Account.AccountOpened.Event | Account.Movement

const evolve = (statement: Statement, event: Event, { occurredAt }: Projection.Envelope): Statement => {
  const day = DateTime.formatIsoDateUtc(occurredAt)
  const current = turnTo(statement, day.slice(0, 7))
  return event._tag === "AccountOpened" ? { ...current, currency: event.currency } : add(current, event, day)
}

// A movement of an earlier month that is entered late is on the statement of the day on which it is entered.
const turnTo = (statement: Statement, month: string): Statement =>
  month <= statement.month
    ? statement
    : { ...unopened, currency: statement.currency, month, opening: statement.closing, closing: statement.closing }

const add = (statement: Statement, movement: Account.Movement, day: string): Statement => {
  const change = Account.changeOf(movement)
  const closing = statement.closing + change
  return {
    ...statement,
    deposited: plus(statement.deposited, Math.max(0, change)),
    withdrawn: plus(statement.withdrawn, Math.max(0, -change)),
    closing,
    movements: statement.movements + 1,
    lines: [...statement.lines, { day, type: movement._tag, change, balance: closing }].slice(-listed)
  }
}

const plus = (sum: Amount, amount: number): Amount => Amount.make(sum + amount)

/** Keyed by stream, so that one account's statement of any past day is folded from its own events. */
export const projection = Projection.makeUnsafe({
  name: "statements",
  version: 2,
  events: Account.statementEvents,
  categories: [Account.aggregate.category],
  keys: Projection.byStream,
  state: Statement,
  initialState: unopened,
  evolve
})
