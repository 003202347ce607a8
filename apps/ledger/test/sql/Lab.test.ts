// The labs' objectives as a student types them, statement by statement.
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"

const statements = readFileSync(new URL("../../sample/lab.sql", import.meta.url), "utf8")
  .split(/;$/m)
  .filter((text) => /^(SET|SELECT|CALL) /m.test(text))

const typed = Effect.gen(function*() {
  yield* LedgerSql.install()
  const sql = yield* SqlClient.SqlClient
  const answers: Array<readonly [string, ReadonlyArray<Record<string, unknown>>]> = []
  for (const statement of statements) {
    const bare = statement.split("\n").filter((line) => !line.startsWith("--")).join("\n").trim()
    answers.push([bare, yield* sql.unsafe<Record<string, unknown>>(bare)])
  }
  return (start: string) => answers.filter(([text]) => text.startsWith(start)).map(([, rows]) => rows)
})

it("the file of the classic labs meets their requirements", async () => {
  const answers = await Effect.runPromise(Effect.provide(typed, EmbeddedStore.layer(), { local: true }))
  const [opened, deposited] = answers("SELECT * FROM append_event")
  expect(opened).toMatchObject([{ stream: "account-lab", version: 1n, deduplicated: false }])
  expect(deposited).toMatchObject([{ version: 2n }])
  expect(answers("CALL withdraw")).toMatchObject([[{ result: { version: 3 } }]])
  const history = answers("SELECT version, type")[0] ?? []
  expect(history.map(({ type }) => type)).toEqual([
    "AccountOpened",
    "MoneyDeposited",
    "MoneyWithdrawn",
    "MoneyWithdrawn"
  ])
  const [now, then, thatInstant, , fromSnapshot] = [
    ...answers("SELECT version, state -> 'balance' AS balance, events"),
    ...answers("SELECT version, state -> 'balance' AS balance FROM rebuild"),
    ...answers("SELECT version, state -> 'balance' AS balance FROM take"),
    ...answers("SELECT version, snapshot_version")
  ]
  expect(now).toEqual([{ version: 4n, balance: 6_000, events: 4n }])
  expect(then).toEqual([{ version: 2n, balance: 10_000 }])
  // The store's clock has milliseconds, so that the fourth event may be of the same one.
  const [, , third, fourth] = history.map(({ created_at }) => Number(created_at))
  expect(thatInstant).toEqual([third === fourth ? { version: 4n, balance: 6_000 } : { version: 3n, balance: 7_500 }])
  expect(fromSnapshot).toEqual([{ version: 4n, snapshot_version: 4n, events: 0n }])
  const balances = [
    { aggregate_id: "lab", currency: "CZK", balance: 6_000n, version: 4n },
    { aggregate_id: "lab-two", currency: "CZK", balance: 1_500n, version: 2n }
  ]
  expect(answers("SELECT aggregate_id, currency, balance, version")).toEqual([balances, balances])
  expect(answers("SELECT * FROM validate_ledger")).toEqual([[]])
})
