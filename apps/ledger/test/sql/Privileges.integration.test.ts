// The rights of roles on a server: exactly those that sql/classic/privileges.sql grants.
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"
import * as AccountTwin from "./AccountTwin.ts"
import * as HandlerTwin from "./HandlerTwin.ts"

const server = Layer.unwrap(Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))
const runtime = ManagedRuntime.make(AccountTwin.on(server))

const roles = ["teller", "reader", "auditor", "importer", "keeper", "nobody"] as const
type Role = typeof roles[number]

// Roles are the server's, and other test files may be on it.
const nameOf = (role: string) => `${role}_${process.pid}`

/** The block to copy, statement by statement. */
const grants = readFileSync(new URL("classic/privileges.sql", LedgerSql.folder), "utf8")
  .split("\n").filter((line) => /^-- {3}(?!--)/.test(line)).map((line) => line.slice(2)).join("\n")
  .replaceAll(new RegExp(`\\b(${roles.join("|")})\\b`, "g"), nameOf)
  .split(";").filter((statement) => statement.trim() !== "")

const typed = (text: string) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<Record<string, unknown>>(text))
const type = (text: string) => runtime.runPromise(typed(text))

const typedAs = (role: Role, text: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql.withTransaction(Effect.andThen(typed(`SET LOCAL ROLE ${nameOf(role)}`), typed(text)))
  )

/** The rows, for a role. */
const as = (role: Role, text: string) => runtime.runPromise(typedAs(role, text))

/** The SQLSTATE, or "done". */
const outcome = (role: Role, text: string) =>
  runtime.runPromise(Effect.match(typedAs(role, text), {
    onSuccess: () => "done",
    onFailure: (error) => HandlerTwin.serverError(error).code
  }))

beforeAll(async () => {
  for (const role of roles) await type(`CREATE ROLE ${nameOf(role)}`)
  for (const statement of grants) await type(statement)
  await type("CALL ledger.open('ada', 'Prague', 'CZK')")
  await type("CALL ledger.open('bob', 'Brno', 'CZK')")
})

afterAll(async () => {
  for (const role of roles) {
    await type(`DROP OWNED BY ${nameOf(role)}`)
    await type(`DROP ROLE ${nameOf(role)}`)
  }
  await runtime.dispose()
})

const money = "'{\"amount\": 5, \"currency\": \"CZK\", \"channel\": \"Cash\"}'"

const asked = [
  "CALL ledger.open('new', 'Brno', 'EUR')",
  "CALL ledger.deposit('ada', 10)",
  "CALL ledger.withdraw('ada', 1)",
  "CALL ledger.transfer('ada', 'bob', 1)"
]
const append = `SELECT version FROM ledger.append_event('ada', 'MoneyDeposited', ${money})`
const audit = "SELECT * FROM ledger.validate_ledger(true)"
const rebuild = "SELECT version FROM ledger.rebuild_from_snapshot('ada')"
const reads = ["event_store", "event_snapshots", "balance_projection", "balance_refreshes", "balances"].map((table) =>
  `SELECT * FROM ledger.${table}`
)
const kept = [
  "SELECT version FROM ledger.take_snapshot('ada')",
  "SELECT ledger.refresh_balances()",
  "CALL ledger.catch_up_balances()"
]
const handled = "SELECT ledger.handle('ada', '{\"_tag\": \"Deposit\", \"amount\": 1, \"channel\": \"Cash\"}')"

// Only the owner.
const never = [
  handled,
  "SELECT ledger.load_account('ada')",
  "SELECT ledger.decide_account('{}', ledger.initial_account())",
  "SELECT * FROM ledger.store_decisions('{}', '{}', '{}', NULL, NULL, '{}', NULL)",
  "SELECT * FROM ledger.account_facts",
  "INSERT INTO ledger.event_store (aggregate_id) VALUES ('ada')",
  "INSERT INTO ledger.balances (aggregate_id) VALUES ('ada')",
  "DELETE FROM ledger.balances",
  "SELECT * FROM refold.event_store",
  "INSERT INTO refold.event_store DEFAULT VALUES",
  "SELECT * FROM refold.append_event('account-ada', 'MoneyDeposited', '{\"amount\": 1}')"
]

const may: Readonly<Record<Role, ReadonlyArray<string>>> = {
  teller: asked,
  reader: [...reads, rebuild],
  auditor: [audit],
  importer: [append],
  keeper: kept,
  nobody: []
}

const ownerRun = [
  "append_event",
  "catch_up_batch",
  "deposit",
  "handle",
  "open",
  "rebuild_from_snapshot",
  "refresh_balances",
  "take_snapshot",
  "transfer",
  "validate_ledger",
  "withdraw"
]

const everything = [...asked, append, audit, rebuild, ...reads, ...kept, ...never]

describe("with the grants of privileges.sql", () => {
  it.each(roles)("each role can do exactly what it is granted: the %s", async (role) => {
    for (const text of everything) {
      expect([text, await outcome(role, text)]).toEqual([text, may[role].includes(text) ? "done" : "42501"])
    }
  })

  it("public functions run as their owner with a search path of their own, and PUBLIC may call none", async () => {
    expect(
      await type(`SELECT p.proname::text AS name FROM pg_proc p
        WHERE p.pronamespace = 'ledger'::regnamespace AND p.prosecdef
          AND 'search_path=pg_catalog, pg_temp' = ANY (p.proconfig)
        ORDER BY p.proname`)
    ).toEqual(ownerRun.map((name) => ({ name })))
    expect(
      await type(`SELECT p.proname::text FROM pg_proc p
        CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE p.pronamespace = 'ledger'::regnamespace AND (a.grantee = 0 OR p.prosecdef AND p.proconfig IS NULL)`)
    ).toEqual([])
  })

  it("a teller's deposit is stored and answered, and saves a due snapshot", async () => {
    await type("CALL ledger.open('counter', 'Brno', 'CZK')")
    for (let count = 2; count < 100; count++) await as("teller", "CALL ledger.deposit('counter', 1)")
    const [row] = await as("teller", "CALL ledger.deposit('counter', 2)")
    expect(row).toMatchObject({ result: { version: 100, state: { balance: 100 } } })
    expect(await as("reader", "SELECT version, is_current FROM ledger.event_snapshots WHERE aggregate_id = 'counter'"))
      .toEqual([{ version: 100n, is_current: true }])
  })

  it("the refusal of a teller has a message", async () => {
    expect(await outcome("teller", "CALL ledger.withdraw('bob', 1000000)")).toBe("ML001")
  })

  it("no role can shadow a function by one of its own", async () => {
    await type("CREATE SCHEMA meddler")
    await type(
      "CREATE FUNCTION meddler.to_jsonb(anyelement) RETURNS jsonb LANGUAGE sql AS 'SELECT ''\"forged\"''::jsonb'"
    )
    await type(`GRANT USAGE ON SCHEMA meddler TO ${nameOf("teller")}`)
    const [row] = await runtime.runPromise(
      Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.withTransaction(Effect.andThen(
          sql`SET LOCAL search_path = meddler, pg_catalog`,
          typedAs("teller", "CALL ledger.deposit('bob', 1)")
        )))
    )
    expect(row).toMatchObject({ result: { stream: "account-bob" } })
  })
})
