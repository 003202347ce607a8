// The statements of a student of the classic labs, in order, and their results.
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, it } from "vitest"
import * as Accounts from "../../src/Accounts.ts"
import { money, start } from "./ClassicSession.ts"

const { refusal, run, type } = start()

describe("the classic lab", () => {
  it("appends events with and without an expected version, and reads them in order", async () => {
    await type(`SELECT version FROM append_event('ada', 'AccountOpened',
      '{"branch": "Prague", "statements": "Monthly", "currency": "CZK"}', 0)`)
    await type(`SELECT version FROM append_event('ada', 'MoneyDeposited', ${money}, 1)`)
    await type(`SELECT version FROM append_event('ada', 'MoneyWithdrawn', ${money})`)
    expect(
      await type(`SELECT aggregate_type, version, type, data ->> 'amount' AS amount FROM event_store
        WHERE aggregate_id = 'ada' ORDER BY version`)
    ).toEqual([
      { aggregate_type: "account", version: 1n, type: "AccountOpened", amount: null },
      { aggregate_type: "account", version: 2n, type: "MoneyDeposited", amount: "500" },
      { aggregate_type: "account", version: 3n, type: "MoneyWithdrawn", amount: "500" }
    ])
  })

  it("refuses the version that another writer has used", async () => {
    expect(await refusal(`SELECT version FROM append_event('ada', 'MoneyDeposited', ${money}, 1)`)).toMatchObject({
      code: "RF001",
      detail: "{\"actual\": 3, \"stream\": \"account-ada\", \"expected\": 1}"
    })
  })

  it("stores an event once under an idempotency key, and refuses the key for another", async () => {
    const text = (amount: number) =>
      `SELECT version, deduplicated FROM append_event('ada', 'MoneyDeposited', '{"amount": ${amount}}', NULL, 'key-1', 1)`
    expect([await type(text(5)), await type(text(5))]).toEqual([
      [{ version: 4n, deduplicated: false }],
      [{ version: 4n, deduplicated: true }]
    ])
    expect(await refusal(text(6))).toMatchObject({ code: "RF002", detail: "{\"key\": \"key-1\"}" })
  })

  it("takes a snapshot and rebuilds from it, now and as of a version", async () => {
    const rebuild = (as: string) =>
      type(
        `SELECT version, state ->> 'balance' AS balance, snapshot_version, events
          FROM rebuild_from_snapshot('ada'${as})`
      )
    await type("SELECT version FROM take_snapshot('ada')")
    await type("SELECT version FROM append_event('ada', 'InterestCredited', '{\"amount\": 1, \"currency\": \"CZK\"}')")
    expect([await rebuild(""), await rebuild(", 2"), await rebuild(", 0")]).toEqual([
      [{ version: 5n, balance: "6", snapshot_version: 4n, events: 1n }],
      [{ version: 2n, balance: "500", snapshot_version: 0n, events: 2n }],
      [{ version: 0n, balance: null, snapshot_version: 0n, events: 0n }]
    ])
    expect(await type("SELECT aggregate_id, version, is_current FROM event_snapshots")).toEqual([
      { aggregate_id: "ada", version: 4n, is_current: true }
    ])
  })

  it("rebuilds as of an instant, and as of a version at an instant", async () => {
    await run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql.withTransaction(Effect.gen(function*() {
        yield* sql`ALTER TABLE refold.event_store DISABLE TRIGGER append_only`
        yield* sql`UPDATE refold.event_store SET recorded_at = make_timestamptz(2020, 1, version::int, 0, 0, 0, 'UTC')
          WHERE stream = 'account-ada'`
        yield* sql`ALTER TABLE refold.event_store ENABLE ALWAYS TRIGGER append_only`
        yield* sql`UPDATE refold.event_snapshots SET recorded_at = '2020-01-04T00:00Z' WHERE stream = 'account-ada'`
      }))))
    const versions = async (as: string) =>
      (await type(`SELECT version, snapshot_version FROM rebuild_from_snapshot('ada', ${as})`))[0]
    expect(await versions("p_as_of => '2020-01-02T00:00Z'")).toEqual({ version: 2n, snapshot_version: 0n })
    expect(await versions("p_as_of => '2020-01-02T23:59Z'")).toEqual({ version: 2n, snapshot_version: 0n })
    expect(await versions("p_as_of => '2020-01-04T12:00Z'")).toEqual({ version: 4n, snapshot_version: 4n })
    expect(await versions("p_as_of => '2019-12-31T00:00Z'")).toEqual({ version: 0n, snapshot_version: 0n })
    expect(await versions("p_as_of => '2100-01-01T00:00Z'")).toEqual({ version: 5n, snapshot_version: 4n })
    expect(await versions("2, '2020-01-03T00:00Z'")).toEqual({ version: 2n, snapshot_version: 0n })
    expect(await versions("4, '2020-01-03T00:00Z'")).toEqual({ version: 3n, snapshot_version: 0n })
  })

  it("stores events that TypeScript reads", async () => {
    expect(await run(Accounts.load("ada"))).toMatchObject({ version: 5, state: { balance: 6 } })
  })

  it("is used through procedures, which return the result", async () => {
    await type("CALL open('bob', 'Brno', 'CZK')")
    const [row] = await type("CALL deposit('bob', 10000)")
    expect(row).toMatchObject({
      result: { stream: "account-bob", version: 2, deduplicated: false, state: { balance: 10_000 } }
    })
    await type("CALL withdraw('bob', 2500, 'Cash', p_expected => 2)")
    const [transfer] = await type("CALL transfer('bob', 'ada', 500, p_purpose => 'rent')")
    expect(transfer).toMatchObject({
      result: { streams: [{ stream: "account-bob", version: 4 }, { stream: "account-ada", version: 6 }] }
    })
  })
})

describe("a procedure", () => {
  it("can be called within PL/pgSQL, with a variable for its result", async () => {
    await type(`DO $$
      DECLARE
        answer jsonb;
      BEGIN
        CALL open('loop', 'Brno', 'CZK', result => answer);
        FOR amount IN 1 .. 3 LOOP
          CALL deposit('loop', amount, result => answer);
        END LOOP;
        PERFORM handle('loop', '{"_tag": "Withdraw", "amount": 1, "channel": "Cash"}');
      END $$`)
    expect(await type("SELECT version, state -> 'balance' AS balance FROM rebuild_from_snapshot('loop')")).toEqual([
      { version: 5n, balance: 5 }
    ])
  })
})

describe("the view event_store", () => {
  it.each([
    ["INSERT", "INSERT INTO event_store (aggregate_id, type, data) VALUES ('ada', 'MoneyDeposited', '{}')"],
    ["UPDATE", "UPDATE event_store SET data = '{}' WHERE aggregate_id = 'ada'"],
    ["UPDATE", "UPDATE event_store SET data = '{}' WHERE false"],
    ["DELETE", "DELETE FROM event_store"]
  ])("refuses %s", async (what, text) => {
    expect(await refusal(text)).toMatchObject({
      code: "23001",
      message: `${what} of event_store is refused: events are append-only`
    })
  })

  it("finds the events of an account by indexes", async () => {
    await type(`SELECT count(append_event('many-' || n % 500, 'AccountUnfrozen', '{}'))
      FROM generate_series(1, 5000) AS n`)
    await run(Effect.flatMap(SqlClient.SqlClient, (sql) => sql`ANALYZE refold.event_store`))
    const plan = await type("EXPLAIN SELECT * FROM event_store WHERE aggregate_id = 'many-7' ORDER BY version")
    const lines = plan.map((row) => String(row["QUERY PLAN"])).join("\n")
    expect(lines).toContain("event_store_first_of_id")
    expect(lines).toContain("event_store_stream_version")
    expect(lines).not.toContain("Seq Scan")
  })
})
