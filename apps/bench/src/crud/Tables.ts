/**
 * The tables of CRUD: balances, with the user and time of the last change; optionally an audit table, which the
 * application writes.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import { type Books, BooksFailed, type Defence } from "./Books.ts"
import type { Booked, Operation } from "./Operation.ts"

/** A way to write into these tables. */
export interface Style {
  readonly name: string
  readonly schema: string
  readonly defence: Defence
  readonly audited?: boolean
  readonly book: (operation: Operation, meanwhile: Effect.Effect<void>) => Effect.Effect<Booked, SqlError.SqlError>
}

/** Makes the tables, and books on them. */
export const make = Effect.fnUntraced(function*(
  { audited = false, book, defence, name, schema }: Style
): Effect.fn.Return<Books, SqlError.SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const accounts = sql(`${schema}.accounts`)
  yield* create(schema)
  if (audited) yield* createAudit(schema)
  const own = Effect.mapError((cause: SqlError.SqlError) => new BooksFailed({ books: name, cause }))
  return {
    name,
    schema,
    defence,
    open: (ids, cents) =>
      own(
        sql`INSERT INTO ${accounts} SELECT id, ${cents}, ${new Date(0)}, 'the bank' FROM unnest(${ids}::text[]) AS id`
      ),
    book: (operation) => own(book(operation, Effect.void)),
    bookLate: (movement, meanwhile) => own(book(movement, meanwhile)),
    balance: (account) =>
      sql<{ balance: bigint }>`SELECT balance FROM ${accounts} WHERE id = ${account}`.pipe(
        Effect.map((rows) => Number(rows[0]?.balance ?? 0)),
        own
      )
  }
})

const create = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE SCHEMA ${sql(schema)}`
  yield* sql`CREATE TABLE ${sql(`${schema}.accounts`)} (
    id text PRIMARY KEY,
    balance bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL
  )`
})

const createAudit = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE ${sql(`${schema}.audit`)} (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    old_balance bigint NOT NULL,
    new_balance bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    reason text NOT NULL
  )`
  yield* sql`CREATE INDEX ON ${sql(`${schema}.audit`)} (account, entry)`
})
