// Events and commands of accounts: valid ones in any order, and invalid ones.
import * as fc from "fast-check"
import * as Account from "../../src/Account.ts"
import { Currency } from "../../src/Currency.ts"
import { amounts, json, nearly, texts } from "./AccountOddities.ts"

/** A stored event; `data` is a text of JSON. */
export interface StoredEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: string
}

/** Any of them. */
export const currencies = fc.constantFrom(...Currency.literals)
const channels = fc.constantFrom(...Account.Channel.literals)
const statements = fc.constantFrom(...Account.Statements.literals)
/** Versions of a stream. */
export const places = fc.integer({ min: 1, max: 30 })
const remarks = { purpose: texts, counterparty: texts }

type Fields = Record<string, fc.Arbitrary<unknown>>

const fieldsOf = (required: Fields, optional: Fields = {}): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) })

const ofType = (
  types: ReadonlyArray<string>,
  schemaVersion: number,
  required: Fields,
  optional?: Fields
): fc.Arbitrary<StoredEvent> =>
  fc.record({
    type: fc.constantFrom(...types),
    schemaVersion: fc.constant(schemaVersion),
    data: fieldsOf(required, optional).map(json)
  })

const deposited = ["MoneyDeposited", "MoneyPaidIn"]
const reasons = fc.constantFrom("Service", "OverdraftInterest")

/** Events of every type and every schema version that was ever stored. */
export const storedEvents: fc.Arbitrary<StoredEvent> = fc.oneof(
  ofType(["AccountOpened"], 1, { branch: texts, statements }),
  ofType(["AccountOpened"], 2, { branch: texts, statements, currency: currencies }),
  ofType(deposited, 1, { amount: amounts }),
  ofType(deposited, 2, { amount: amounts, channel: channels }, remarks),
  { arbitrary: ofType(deposited, 3, { amount: amounts, channel: channels, currency: currencies }, remarks), weight: 4 },
  ofType(["MoneyWithdrawn"], 1, { amount: amounts, channel: channels }, remarks),
  ofType(["MoneyWithdrawn"], 2, { amount: amounts, channel: channels, currency: currencies }, remarks),
  ofType(["InterestCredited"], 1, { amount: amounts }),
  ofType(["InterestCredited"], 2, { amount: amounts, currency: currencies }),
  ofType(["FeeCharged"], 1, { amount: amounts, reason: reasons }),
  ofType(["FeeCharged"], 2, { amount: amounts, currency: currencies, reason: reasons }),
  ofType(["DepositReversed"], 1, { amount: amounts, currency: currencies, of: places, reason: texts }),
  ofType(["OverdraftLimitChanged"], 1, { limit: amounts }),
  ofType(["AccountFrozen"], 1, { reason: texts }),
  ofType(["AccountUnfrozen"], 1, {})
)

// More than an account keeps in its state.
const manyDeposits = fc.array(
  fc.oneof(
    { arbitrary: ofType(deposited, 3, { amount: amounts, channel: channels, currency: currencies }), weight: 5 },
    ofType(["DepositReversed"], 1, { amount: amounts, currency: currencies, of: places, reason: texts }),
    storedEvents
  ),
  { minLength: 11, maxLength: 20 }
)

const opening = ofType(["AccountOpened"], 2, { branch: texts, statements, currency: currencies })
const closings = ofType(["AccountClosed"], 1, {})

/**
 * Any stream of an account, since facts are not refused: mostly an opening followed by other events, but also
 * further openings, and movements before the first opening and after the closing.
 */
export const histories: fc.Arbitrary<ReadonlyArray<StoredEvent>> = fc
  .tuple(
    fc.array(storedEvents, { maxLength: 2 }),
    opening,
    fc.oneof({ arbitrary: fc.array(storedEvents, { maxLength: 28 }), weight: 3 }, manyDeposits),
    fc.option(fc.tuple(closings, fc.array(storedEvents, { maxLength: 2 })), { freq: 4 })
  )
  .map(([before, open, during, end]) => [...before, open, ...during, ...end === null ? [] : [end[0], ...end[1]]])

const command = (_tag: string, required: Fields, optional?: Fields) =>
  fieldsOf(required, optional).map((fields) => ({ _tag, ...fields }))

const movement = [{ amount: amounts, channel: channels }, { currency: currencies, ...remarks }] as const

/** Valid and nearly valid commands. */
export const commands: fc.Arbitrary<Account.Command> = fc.oneof(
  command("OpenAccount", { branch: texts, statements, currency: currencies }),
  { arbitrary: command("Deposit", ...movement), weight: 3 },
  { arbitrary: command("Withdraw", ...movement), weight: 3 },
  { arbitrary: command("ReverseDeposit", { deposit: places, reason: texts }), weight: 3 },
  { arbitrary: command("SetOverdraftLimit", { limit: amounts }), weight: 2 },
  command("FreezeAccount", { reason: texts }),
  command("UnfreezeAccount", {}),
  command("CloseAccount", {})
  // Only fields of the schema of commands.
) as fc.Arbitrary<Account.Command>

/** Stored events as another program may have written them: with wrong fields, versions and types. */
export const oddEvents: fc.Arbitrary<StoredEvent> = fc.oneof(storedEvents, closings).chain((event) =>
  fc.record({
    type: fc.oneof(
      { arbitrary: fc.constant(event.type), weight: 8 },
      fc.constantFrom("Deposit", "account", "MoneyPaidIn")
    ),
    schemaVersion: fc.oneof({ arbitrary: fc.constant(event.schemaVersion), weight: 6 }, fc.integer({ min: 1, max: 4 })),
    // Made by `ofType`.
    data: nearly(JSON.parse(event.data) as object)
  })
)

/** Texts of JSON that may be commands. */
export const oddCommands: fc.Arbitrary<string> = commands.chain(nearly)
