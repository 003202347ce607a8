/** The objectives about writing: the store, optimistic locking, idempotency keys and commands as procedures. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { claim, type Objective } from "../Course.ts"
import * as SqlCode from "../SqlCode.ts"

const opened = JSON.stringify({ branch: "Prague", statements: "Monthly", currency: "CZK" })
const deposited = JSON.stringify({ amount: 10_000, currency: "CZK", channel: "Cash" })

/** The number of events of an account. */
const count = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  return (yield* sql`SELECT FROM ledger.event_store WHERE aggregate_id = ${id}`).length
})

/** Objective 1: an immutable, append-only, versioned store. */
export const eventStore: Objective = {
  name: "event_store: immutable, append-only, versioned",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`SELECT * FROM ledger.append_event('ann', 'AccountOpened', ${opened}::text::jsonb, 0)`
    yield* sql`SELECT * FROM ledger.append_event('ann', 'MoneyDeposited', ${deposited}::text::jsonb, 1)`
    const rows = yield* sql<{ readonly version: bigint; readonly type: string }>`
      SELECT version, type FROM ledger.event_store WHERE aggregate_id = 'ann' ORDER BY version`
    const codes = yield* Effect.forEach([
      sql`UPDATE ledger.event_store SET data = '{}' WHERE aggregate_id = 'ann'`,
      sql`DELETE FROM ledger.event_store WHERE aggregate_id = 'ann'`,
      sql`UPDATE refold.event_store SET data = '{}'`,
      sql`DELETE FROM refold.event_store`
    ], SqlCode.of)
    return [
      claim(`two events: ${rows.map(({ type, version }) => `${version} ${type}`).join(", ")}`, rows.length === 2),
      claim(
        `UPDATE and DELETE are refused for the owner too, view and table: ${codes.join(", ")}`,
        codes.every((code) => code === "23001")
      )
    ]
  })
}

/** Objective 4: `append_event` checks the version that the writer decided on. */
export const optimisticLocking: Objective = {
  name: "append_event(): optimistic locking by a version check",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const stale = yield* SqlCode.of(
      sql`SELECT * FROM ledger.append_event('ann', 'MoneyDeposited', ${deposited}::text::jsonb, 1)`
    )
    const misspelt = yield* SqlCode.of(
      sql`SELECT * FROM ledger.append_event('ann', 'MoneyDeposited', '{"amuont": 1}', 2)`
    )
    return [
      claim(`a writer that expects version 1 where there are 2 events is refused: ${stale}`, stale === "RF001"),
      claim(`an event with a misspelt field is refused: ${misspelt}`, misspelt === "22023"),
      claim("nothing was stored", (yield* count("ann")) === 2)
    ]
  })
}

/** Objective 6: a key under which an event is stored once. */
export const idempotency: Objective = {
  name: "idempotency_key: the same append twice is stored once",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const append = (amount: number) =>
      sql<
        { readonly version: bigint; readonly deduplicated: boolean }
      >`SELECT version, deduplicated FROM ledger.append_event(
        'ann', 'MoneyDeposited', ${
        JSON.stringify({ amount, currency: "CZK", channel: "Card" })
      }::text::jsonb, NULL, 'wire-77')`
    const [first] = yield* append(500)
    const [again] = yield* append(500)
    const other = yield* SqlCode.of(append(900))
    return [
      claim(
        `both calls answer version ${first?.version}; the second says deduplicated`,
        first?.deduplicated === false && again?.deduplicated === true && first.version === again.version
      ),
      claim(`the same key with another amount is refused: ${other}`, other === "RF002"),
      claim("one event was stored", (yield* count("ann")) === 3)
    ]
  })
}

/** Objective 7: commands as stored procedures that validate, decide and store. */
export const commands: Objective = {
  name: "Commands as stored procedures",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CALL ledger.open('ben', 'Brno', 'CZK')`
    yield* sql`CALL ledger.deposit('ben', 5000)`
    yield* sql`CALL ledger.withdraw('ben', 1200, p_channel => 'Card')`
    yield* sql`CALL ledger.transfer('ben', 'ann', 800, p_purpose => 'rent')`
    const refused = yield* SqlCode.of(sql`CALL ledger.withdraw('ben', 9000)`)
    const invalid = yield* SqlCode.of(sql`CALL ledger.withdraw('ben', -5)`)
    return [
      claim("open, deposit, withdraw and transfer append 4 events", (yield* count("ben")) === 4),
      claim(`an overdraft is refused by the domain: ${refused}`, refused === "ML001"),
      claim(`a negative amount is refused before anything is read: ${invalid}`, invalid === "22023")
    ]
  })
}
