/**
 * The current state of each account, one row for each, under the name of its stream. Handlers store the row in the statement that
 * stores the events, so the answer to a command and the next read cannot differ.
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Projection from "refold/Projection"
import * as Account from "../Account.ts"
import { Balance } from "../Amount.ts"

// The stored state. An index needs fields that every row has, so each row has a balance and a status.
const { _tag: _, ...open } = Account.Open.fields
const Stored = Schema.Union([
  Schema.Struct({ status: Schema.tag("Open"), ...open }),
  Schema.Struct({ status: Schema.tag("NotOpen"), balance: Balance, version: Schema.Int }),
  Schema.Struct({ status: Schema.tag("Closed"), balance: Balance })
])

const fromStored = (stored: typeof Stored.Type): Account.State => {
  switch (stored.status) {
    case "Open": {
      const { status, ...fields } = stored
      return { _tag: status, ...fields }
    }
    case "NotOpen":
      return { _tag: stored.status, version: stored.version }
    case "Closed":
      return { _tag: stored.status }
  }
}

const toStored = (state: Account.State): typeof Stored.Type => {
  switch (state._tag) {
    case "Open": {
      const { _tag, ...fields } = state
      return { status: _tag, ...fields }
    }
    case "NotOpen":
      return { status: state._tag, balance: 0, version: state.version }
    case "Closed":
      // Only an empty account can be closed.
      return { status: state._tag, balance: 0 }
  }
}

/** A row: the state of the account. Sorted by balance within each status, whatever the currency. */
export const projection = Projection.ofAggregateUnsafe(Account.aggregate, {
  name: "balances",
  version: 2,
  state: Stored.pipe(
    Schema.decodeTo(
      Schema.toType(Account.State),
      SchemaTransformation.transform({ decode: fromStored, encode: toStored })
    )
  ),
  indexes: { byStatus: ["status", "balance"] }
})
