/*
 * The old application: writes to the legacy table on a connection of its own, in short and long transactions, of which some
 * are rolled back.
 */
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import { below, random } from "../../../postgres/test/support/Seed.ts"
import * as Stores from "../../../postgres/test/support/Stores.ts"

/** The writes of the application. */
export interface Options {
  readonly url: string
  /** Ids are from 1 to this; several writers use the same. */
  readonly ids: number
  /** Whether it also writes invalid balances. */
  readonly isInvalid?: boolean
}

const number = (most: number): number => 1 + below(most)

const balance = (isInvalid: boolean): string =>
  isInvalid && random() < 0.1 ? "lots" : `${number(1000) - 1}.${String(number(100) - 1).padStart(2, "0")}`

const writeOnce = (sql: SqlClient.SqlClient, { ids, isInvalid = false }: Options) => {
  const id = number(ids)
  const dice = random()
  if (dice < 0.6) return sql`update accounts set balance = ${balance(isInvalid)} where id = ${id}`
  if (dice < 0.7)
    return sql`update accounts set owner = ${"o" + number(9)} where id between ${id}::bigint and ${id + 3}::bigint`
  if (dice < 0.8) return sql`delete from accounts where id = ${id}`
  if (dice < 0.85)
    return sql`update accounts set id = ${
      number(ids)
    } where id = ${id} and not exists (select from accounts where id = ${number(ids)})`
  return sql`insert into accounts values (${id}, 'new', ${balance(isInvalid)}, null) on conflict do nothing`
}

/** Writes until it is interrupted. Errors of the database (a duplicate key, a deadlock) are ignored. */
export const keepWriting = (options: Options) =>
  Effect.gen(function*() {
    const sql = yield* Stores.connect(options.url)
    const transaction = Effect.gen(function*() {
      for (let writes = number(5); writes > 0; writes--) {
        yield* writeOnce(sql, options)
        if (random() < 0.1) yield* Effect.sleep(number(50))
      }
      if (random() < 0.2) yield* Effect.fail("rolled back")
    })
    yield* Effect.forever(Effect.exit(sql.withTransaction(transaction)))
  }).pipe(Effect.scoped)
