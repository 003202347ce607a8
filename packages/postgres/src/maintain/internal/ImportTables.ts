/** The tables that an import fills: those of the store, or temporary ones for a dry run. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"

/** Names of tables, for use inside a statement. */
export interface ImportTables {
  readonly events: Statement.Fragment
  readonly keys: Statement.Fragment
  readonly discards: Statement.Fragment
}

/** The tables of the store; that of its events has another name until the import ends. */
export const ofStore = ({ object }: Database): ImportTables => ({
  events: object("incomplete_event_store"),
  keys: object("idempotency_keys"),
  discards: object("discarded_events")
})

/** Temporary tables with the same rules, which end with the transaction. */
export const temporary = Effect.fnUntraced(function*(
  { object, sql }: Database
): Effect.fn.Return<ImportTables, SqlError.SqlError> {
  const create = (name: string, like: string) =>
    sql`CREATE TEMPORARY TABLE ${sql.literal(name)} (LIKE ${object(like)} INCLUDING ALL) ON COMMIT DROP`
  yield* create("incomplete_event_store", "event_store")
  yield* create("idempotency_keys", "idempotency_keys")
  yield* create("discarded_events", "discarded_events")
  const table = (name: string) => sql.literal(`pg_temp.${name}`)
  return {
    events: table("incomplete_event_store"),
    keys: table("idempotency_keys"),
    discards: table("discarded_events")
  }
})
