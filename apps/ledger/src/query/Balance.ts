/** The balances of accounts, now and in the past. No query needs an EventStore, so none can append. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as AsOf from "refold/AsOf"
import * as PastRows from "refold/PastRows"
import * as ReadModel from "refold/ReadModel"
import * as StreamName from "refold/StreamName"
import * as Account from "../Account.ts"
import * as Balances from "../projection/Balances.ts"

/** The name under which the account `id` has its rows, or `InvalidInput`. */
export const keyOf = (id: string) => Effect.fromResult(StreamName.make(Account.aggregate.category, id))

/** The account `id` as it is now; None if it has no events. */
export const balanceOf = (id: string) => Effect.flatMap(keyOf(id), (key) => ReadModel.get(Balances.projection, key))

/** The account `id` as of an instant of the domain's clock, by the events known today. */
export const balanceAsOf = (id: string, instant: DateTime.Utc) =>
  Effect.flatMap(keyOf(id), (key) => PastRows.rowAsOf(Balances.projection, key, AsOf.occurredAt(instant)))

/** Open accounts that owe the bank money, in any currency, the deepest in debt first. */
export const overdrawn = (limit: number) =>
  ReadModel.query(Balances.projection, { index: "byStatus", where: { status: "Open" }, range: { to: 0 }, limit })
