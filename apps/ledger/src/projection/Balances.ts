/**
 * What each account is now, one row for each, under the name of its stream. Handlers store the row in the statement that
 * stores the events, so the answer to a command and the next read cannot differ.
 */
import * as Projection from "@refold/core/Projection"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Account from "../Account.ts"
import { Amount, Balance } from "../Amount.ts"
import { Currency } from "../Currency.ts"

// What is stored. An index needs fields that every row has, so that a balance and a status stand in each of them.
const Stored = Schema.Union([
  Schema.Struct({ status: Schema.tag("Open"), balance: Balance, currency: Currency, overdraftLimit: Amount }),
  Schema.Struct({ status: Schema.Literals(["NotOpen", "Closed"]), balance: Balance })
])

const fromStored = (stored: typeof Stored.Type): Account.State => {
  if (stored.status !== "Open") return { _tag: stored.status }
  const { status, ...fields } = stored
  return { _tag: status, ...fields }
}

// Only an empty account can be closed.
const toStored = (state: Account.State): typeof Stored.Type => {
  if (state._tag !== "Open") return { status: state._tag, balance: 0 }
  const { _tag, ...fields } = state
  return { status: _tag, ...fields }
}

/** A row: the state of the account. Sorted by balance within each status, whatever the currency. */
export const projection = Projection.ofAggregateUnsafe(Account.aggregate, {
  name: "balances",
  version: 1,
  state: Stored.pipe(
    Schema.decodeTo(
      Schema.toType(Account.State),
      SchemaTransformation.transform({ decode: fromStored, encode: toStored })
    )
  ),
  indexes: { byStatus: ["status", "balance"] }
})
