// The projections with concurrent writers and projectors, on a server with several connections.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import { below, random } from "../../../../packages/postgres/test/support/Seed.ts"
import * as Stores from "../../../../packages/postgres/test/support/Stores.ts"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"
import * as AccountTwin from "./AccountTwin.ts"

type Sql = Stores.Opened["sql"]

const opening = "{\"branch\": \"Prague\", \"statements\": \"Monthly\", \"currency\": \"CZK\"}"

const open = (sql: Sql, id: string) =>
  sql`SELECT FROM refold.append_event(${`account-${id}`}, 'AccountOpened', ${opening}::text::jsonb,
    schema_version => 2)`

const deposit = (sql: Sql, id: string) =>
  sql`SELECT FROM refold.append_event(${`account-${id}`}, 'MoneyPaidIn', '{"amount": 1}')`

const catchUp = (sql: Sql, batch = 1_000, schema = "ledger") => sql`CALL ${sql(schema)}.catch_up_balances(${batch})`

const refresh = (sql: Sql) => sql`SELECT ledger.refresh_balances()`

const rowsIn = (sql: Sql, table: "balances" | "balance_projection", schema = "ledger") =>
  Effect.map(
    sql<{ id: string; balance: bigint; version: bigint }>`SELECT aggregate_id AS id, balance, version
      FROM ${sql(schema)}.${sql(table)} ORDER BY 1`,
    (rows) => rows.map(({ balance, id, version }) => `${id}@${version}: ${balance}`)
  )

/** A store with the ledger's SQL on a database of its own. */
const setUp = Effect.gen(function*() {
  const url = yield* freshDatabase()
  const { sql } = yield* Stores.open(url)
  yield* Effect.provideService(LedgerSql.install(), SqlClient.SqlClient, sql)
  return { sql, url, other: yield* Stores.connect(url) }
})

const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(test))

// A writer that holds a low position and commits after another one with a higher position.
const lateCommit = Effect.fnUntraced(function*(schema: string, edits: ReadonlyArray<AccountTwin.Edit>) {
  const { other, sql } = yield* setUp
  yield* Effect.provideService(AccountTwin.installBroken(edits, schema), SqlClient.SqlClient, sql)
  yield* other`begin`
  yield* open(other, "late")
  yield* open(sql, "soon")
  yield* catchUp(sql, 1_000, schema)
  const meanwhile = yield* rowsIn(sql, "balances", schema)
  yield* other`commit`
  yield* catchUp(sql, 1_000, schema)
  return { meanwhile, rows: yield* rowsIn(sql, "balances", schema) }
})

/** Transactions of one or two deposits with pauses, some of which are rolled back. */
const write = Effect.fnUntraced(function*(sql: Sql) {
  for (let n = 0; n < 25; n++) {
    yield* sql`begin`
    yield* deposit(sql, `a${below(4)}`)
    yield* Effect.sleep(random() * 6)
    if (random() < 0.3) yield* deposit(sql, `b${below(4)}`)
    yield* random() < 0.8 ? sql`commit` : sql`rollback`
  }
})

describe("catch_up_balances", () => {
  it(
    "waits for an event that commits late, and misses no event",
    run(Effect.gen(function*() {
      const { meanwhile, rows } = yield* lateCommit("copy", [])
      expect(meanwhile).toEqual([])
      expect(rows).toEqual(["late@1: 0", "soon@1: 0"])
    }))
  )

  it(
    "misses it if it reads by the position alone",
    run(Effect.gen(function*() {
      const byPosition = "(SELECT max(e.\"position\") FROM refold.event_store e)"
      const { meanwhile, rows } = yield* lateCommit("broken", [
        ["projection/catch_up_batch", "head := refold.read_head()", `head := ${byPosition}`]
      ])
      expect(meanwhile).toEqual(["soon@1: 0"])
      expect(rows).toEqual(["soon@1: 0"])
    }))
  )

  it(
    "neither misses nor doubles an event with eight writers and two projectors",
    run(Effect.gen(function*() {
      const { other, sql, url } = yield* setUp
      const ids = [0, 1, 2, 3].flatMap((n) => [`a${n}`, `b${n}`])
      yield* Effect.forEach(ids, (id) => open(sql, id))
      const another = yield* Stores.connect(url)
      const catching = yield* Effect.forkChild(
        Effect.all([Effect.forever(catchUp(other, 3)), Effect.forever(catchUp(another, 7))], { concurrency: 2 })
      )
      const writers = yield* Effect.replicateEffect(Stores.connect(url), 8)
      yield* Effect.forEach(writers, write, { concurrency: 8 })
      yield* Fiber.interrupt(catching)
      const meanwhile = yield* rowsIn(sql, "balances")
      yield* catchUp(sql)
      yield* refresh(sql)
      // The projector read while the writers wrote.
      expect(meanwhile).toHaveLength(ids.length)
      const counted = yield* sql<
        { row: string }
      >`SELECT format('%s@%s: %s', substr(stream, 9), count(*), count(*) - 1) AS row
        FROM refold.event_store GROUP BY stream ORDER BY 1`
      expect(yield* rowsIn(sql, "balances")).toEqual(counted.map(({ row }) => row))
      expect(yield* sql`SELECT * FROM ledger.validate_ledger(true)`).toEqual([])
    }))
  )

  it(
    "leaves the work to the session that holds the lock, and continues from the last batch after a crash",
    run(Effect.gen(function*() {
      const { other, sql } = yield* setUp
      yield* Effect.forEach(["a", "b", "c"], (id) => open(sql, id))
      yield* other`begin`
      expect(yield* other`SELECT ledger.catch_up_batch(2) AS taken`).toEqual([{ taken: 2 }])
      expect(yield* sql`SELECT ledger.catch_up_batch(2) AS taken`).toEqual([{ taken: null }])
      yield* catchUp(sql)
      expect(yield* rowsIn(sql, "balances")).toEqual([])
      yield* sql`SELECT pg_terminate_backend(${yield* Stores.backend(other)})`
      yield* Effect.repeat(catchUp(sql), {
        until: () => Effect.map(rowsIn(sql, "balances"), (rows) => rows.length > 0)
      })
      expect(yield* rowsIn(sql, "balances")).toEqual(["a@1: 0", "b@1: 0", "c@1: 0"])
    }))
  )

  it(
    "commits after each batch, but not inside of a transaction",
    run(Effect.gen(function*() {
      const { other, sql } = yield* setUp
      yield* Effect.forEach(["a", "b", "c"], (id) => open(sql, id))
      yield* other`begin`
      yield* catchUp(other, 1)
      expect(yield* rowsIn(other, "balances")).toHaveLength(3)
      yield* other`rollback`
      expect(yield* rowsIn(sql, "balances")).toEqual([])
      yield* catchUp(other, 1)
      expect(yield* sql`SELECT count(DISTINCT xmin::text)::int AS transactions FROM ledger.balances`).toEqual([
        { transactions: 3 }
      ])
    }))
  )
})

describe("refresh_balances", () => {
  it(
    "does not block readers; of several waiting refreshes, one serves all",
    run(Effect.gen(function*() {
      const { other, sql, url } = yield* setUp
      yield* open(sql, "a")
      yield* other`begin`
      yield* refresh(other)
      yield* open(sql, "b")
      expect(yield* rowsIn(sql, "balance_projection")).toEqual([])
      const waiting = yield* Effect.replicateEffect(Stores.connect(url), 3)
      const refreshing = yield* Effect.forkChild(Effect.forEach(waiting, refresh, { concurrency: 3 }), {
        startImmediately: true
      })
      yield* Stores.untilWaitingFor(sql, yield* Stores.backend(other), 3)
      yield* other`commit`
      yield* Fiber.join(refreshing)
      expect(yield* rowsIn(sql, "balance_projection")).toEqual(["a@1: 0", "b@1: 0"])
      expect(yield* sql`SELECT refreshes::int FROM ledger.balance_refreshes`).toEqual([{ refreshes: 2 }])
    }))
  )

  it.each(["repeatable read", "serializable"])(
    "is refused under %s, as catch_up_batch is: events could be missed",
    (isolation) =>
      run(Effect.gen(function*() {
        const { other } = yield* setUp
        for (const call of ["refresh_balances()", "catch_up_batch(1)"]) {
          yield* other.unsafe(`begin isolation level ${isolation}`)
          const failure = yield* Effect.flip(other.unsafe(`SELECT ledger.${call}`))
          expect(JSON.stringify(failure.cause)).toContain("0A000")
          yield* other`rollback`
        }
      }))()
  )
})
