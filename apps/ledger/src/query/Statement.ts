/** The statement of an account: the current one, or the one that was current on a past day. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as AsOf from "refold/AsOf"
import * as PastRows from "refold/PastRows"
import * as ReadModel from "refold/ReadModel"
import * as Statements from "../projection/Statements.ts"
import * as Balance from "./Balance.ts"

/** The current statement of the account `id`; None if it has none. */
export const statement = (id: string) =>
  Effect.flatMap(Balance.keyOf(id), (key) => ReadModel.get(Statements.projection, key))

/** The statement of the account `id` as of an instant of the domain's clock. */
export const statementAsOf = (id: string, instant: DateTime.Utc) =>
  Effect.flatMap(Balance.keyOf(id), (key) => PastRows.rowAsOf(Statements.projection, key, AsOf.occurredAt(instant)))
