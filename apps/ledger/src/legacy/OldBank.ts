/**
 * The bank's old application: a table of balances that is changed in place, without constraints. Earlier balances are
 * not kept.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

/** The table of a run of the story, in its own schema. */
export const schemaOf = (run: string): string => `meridian_old_${run}`

/** The number of its valid accounts. */
export const goodRows = 1_000

/** Invalid rows, as manual corrections leave them, and the problem of each. */
export const badRows = [
  { account_no: "2001", balance: null, why: "no balance" },
  { account_no: "2002", balance: "-17.50", why: "below 0" },
  { account_no: "2003", balance: "n/a", why: "no number" },
  { account_no: "2004", balance: "12.345", why: "a fraction of a heller" },
  { account_no: "2005", balance: "10.00", why: "twice" },
  { account_no: "2005", balance: "20.00", why: "twice" },
  { account_no: null, balance: "5.00", why: "no number of its own" }
] as const

/** Creates the table and fills it. It is dropped when the scope closes. */
export const open = Effect.fnUntraced(function*(run: string) {
  const sql = yield* SqlClient.SqlClient
  const schema = sql(schemaOf(run))
  yield* Effect.acquireRelease(
    sql`CREATE SCHEMA ${schema}`,
    () => Effect.ignore(sql`DROP SCHEMA ${schema} CASCADE`)
  )
  yield* sql`CREATE TABLE ${schema}.balances (account_no text, owner text, currency text, balance text, updated_at timestamptz)`
  yield* sql`CREATE INDEX ON ${schema}.balances (account_no)`
  yield* sql`INSERT INTO ${schema}.balances
    SELECT (1000 + n)::text, 'customer ' || n, (ARRAY['CZK', 'EUR', 'USD'])[1 + n % 3],
      ((n * 7919) % 500000 / 100.0)::numeric(10, 2)::text, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 hour'
    FROM generate_series(0, ${goodRows - 1}::int) AS n`
  for (const { account_no, balance } of badRows) {
    yield* sql`INSERT INTO ${schema}.balances VALUES (${account_no}, 'somebody', 'CZK', ${balance}, '2026-01-01T00:00:00Z')`
  }
})

/** A day of work: deposits, withdrawals, openings and a closing; each overwrites the balance. */
export const work = Effect.fnUntraced(function*(run: string) {
  const sql = yield* SqlClient.SqlClient
  const table = sql`${sql(schemaOf(run))}.balances`
  yield* sql`UPDATE ${table} SET balance = (balance::numeric + 100)::text, updated_at = clock_timestamp()
    WHERE account_no BETWEEN '1010' AND '1039'`
  yield* sql`UPDATE ${table} SET balance = (balance::numeric - 30)::text, updated_at = clock_timestamp()
    WHERE account_no BETWEEN '1010' AND '1019'`
  yield* sql`INSERT INTO ${table} VALUES ('3001', 'a new customer', 'EUR', '50.00', clock_timestamp()),
    ('3002', 'another', 'CZK', '0.00', clock_timestamp())`
  yield* sql`DELETE FROM ${table} WHERE account_no = '1500'`
})

/** The contents of the table, as one text. */
export const contents = Effect.fnUntraced(function*(run: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly md5: string }>`
    SELECT md5(string_agg(b::text, E'\n' ORDER BY b::text)) AS md5 FROM ${sql(schemaOf(run))}.balances AS b`
  return row!.md5
})
