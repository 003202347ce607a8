/** The events of a bank account and their stored forms. `Account.ts` folds them. */
import * as Schema from "effect/Schema"
import * as EventCodec from "refold/EventCodec"
import * as EventType from "refold/EventType"
import { Amount } from "./Amount.ts"
import * as Currency from "./Currency.ts"

// Names and fields of events are the storage format: stored events keep them. To change one, add a version
// with an upcaster; to rename one, declare its former name.

/** The interval of statements. */
export const Statements = Schema.Literals(["Monthly", "Weekly", "AfterEachTransaction"])

/** The channel of a movement. */
export const Channel = Schema.Literals(["Cash", "Card", "Transfer", "Unspecified"])
/** The channel of a movement. */
export type Channel = typeof Channel.Type

// The fields of every movement. The currency is that of the account, repeated so that movements can be summed without
// looking up their accounts.
const moved = { amount: Amount, currency: Currency.Currency }

/** Optional fields of a movement: the bank's code for its purpose, the account at the other end. */
export const remarks = { purpose: Schema.optionalKey(Schema.String), counterparty: Schema.optionalKey(Schema.String) }

const FeeReason = Schema.Literals(["Service", "OverdraftInterest"])

const inCrowns = <Fields extends object>(fields: Fields) => ({ ...fields, currency: Currency.first })

/** The account was opened. Version 1 had no currency. */
export const AccountOpened = EventType.make(
  "AccountOpened",
  Schema.Struct({ branch: Schema.String, statements: Statements })
).pipe(
  EventType.upcast(
    Schema.Struct({ branch: Schema.String, statements: Statements, currency: Currency.Currency }),
    inCrowns
  )
)

/** Money came in. Version 1 had no channel, version 2 no currency; the first releases called it `MoneyPaidIn`. */
export const MoneyDeposited = EventType.make("MoneyDeposited", Schema.Struct({ amount: Amount })).pipe(
  EventType.upcast(
    Schema.Struct({ amount: Amount, channel: Channel, ...remarks }),
    ({ amount }) => ({ amount, channel: "Unspecified" as const })
  ),
  EventType.upcast(Schema.Struct({ ...moved, channel: Channel, ...remarks }), inCrowns),
  EventType.renamedFrom("MoneyPaidIn")
)

/** Money went out. Version 1 had no currency. */
export const MoneyWithdrawn = EventType.make(
  "MoneyWithdrawn",
  Schema.Struct({ amount: Amount, channel: Channel, ...remarks })
).pipe(EventType.upcast(Schema.Struct({ ...moved, channel: Channel, ...remarks }), inCrowns))

/** The bank paid interest. Imported from its books, not decided here. Version 1 had no currency. */
export const InterestCredited = EventType.make("InterestCredited", Schema.Struct({ amount: Amount })).pipe(
  EventType.upcast(Schema.Struct(moved), inCrowns)
)

/** The bank took a fee. Imported from its books, not decided here. Version 1 had no currency. */
export const FeeCharged = EventType.make("FeeCharged", Schema.Struct({ amount: Amount, reason: FeeReason })).pipe(
  EventType.upcast(Schema.Struct({ ...moved, reason: FeeReason }), inCrowns)
)

/** The overdraft limit was changed: the balance may fall this far below 0. */
export const OverdraftLimitChanged = EventType.make("OverdraftLimitChanged", Schema.Struct({ limit: Amount }))

/** The account was frozen: commands move no money; interest and fees are still recorded. */
export const AccountFrozen = EventType.make("AccountFrozen", Schema.Struct({ reason: Schema.String }))

/** The account was unfrozen. */
export const AccountUnfrozen = EventType.make("AccountUnfrozen", Schema.Struct({}))

/** A deposit was reversed. `of` is the version at which it was stored. */
export const DepositReversed = EventType.make(
  "DepositReversed",
  Schema.Struct({ ...moved, of: Schema.Int, reason: Schema.String })
)

/** The account was closed. */
export const AccountClosed = EventType.make("AccountClosed", Schema.Struct({}))

/** Writes and reads the events of an account. */
export const codec = EventCodec.makeUnsafe([
  AccountOpened,
  MoneyDeposited,
  MoneyWithdrawn,
  InterestCredited,
  FeeCharged,
  DepositReversed,
  OverdraftLimitChanged,
  AccountFrozen,
  AccountUnfrozen,
  AccountClosed
])

/** Reads the movements of money alone. */
export const movements = EventCodec.makeUnsafe([
  MoneyDeposited,
  MoneyWithdrawn,
  InterestCredited,
  FeeCharged,
  DepositReversed
])

/** Reads the events of a statement: the opening of the account and its movements. */
export const statementEvents = EventCodec.makeUnsafe([
  AccountOpened,
  MoneyDeposited,
  MoneyWithdrawn,
  InterestCredited,
  FeeCharged,
  DepositReversed
])

/** Money that came to an account or left it. */
export type Movement =
  | typeof MoneyDeposited.Event
  | typeof MoneyWithdrawn.Event
  | typeof InterestCredited.Event
  | typeof FeeCharged.Event
  | typeof DepositReversed.Event

/** Any event of an account. */
export type Event =
  | typeof AccountOpened.Event
  | Movement
  | typeof OverdraftLimitChanged.Event
  | typeof AccountFrozen.Event
  | typeof AccountUnfrozen.Event
  | typeof AccountClosed.Event

/** Whether an event moves money. */
export const isMovement = (event: Event): event is Movement => movementTypes.has(event._tag)

const movementTypes: ReadonlySet<string> = new Set(movements.storedTypes())

/** By how much a movement changes the balance: negative for money out. */
export const changeOf = (movement: Movement): number =>
  movement._tag === "MoneyDeposited" || movement._tag === "InterestCredited" ? movement.amount : 0 - movement.amount
