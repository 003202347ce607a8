/**
 * Writers in SQL and in TypeScript change the same accounts at the same time: no money is lost, and an audit finds no
 * disagreement. After an event is changed by hand, the audit finds it.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Struct from "effect/Struct"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns } from "../../Amount.ts"
import { schema } from "../../Database.ts"
import * as Audit from "../../sql/Audit.ts"
import * as SqlAccounts from "../../sql/SqlAccounts.ts"
import { transferAtOnce } from "../../TransferAtOnce.ts"
import * as Chapter from "../Chapter.ts"
import { list, table } from "../Narration.ts"
import { type SqlChapter, sqlCommands } from "./SqlCommands.ts"

const size = 4
const rounds = 20

interface Pair {
  readonly from: string
  readonly to: string
}

const sqlWriter = Effect.fnUntraced(function*({ from, to }: Pair) {
  for (let round = 0; round < rounds; round++) {
    yield* SqlAccounts.handle(from, { _tag: "Deposit", amount: crowns(1), channel: "Card" })
    yield* SqlAccounts.transfer({ from, to, amount: crowns(2) })
  }
})

const typeScriptWriter = Effect.fnUntraced(function*({ from: to, to: from }: Pair) {
  for (let round = 0; round < rounds; round++) {
    yield* retried(Accounts.handle(from, { _tag: "Withdraw", amount: crowns(1), channel: "Card" }))
    yield* retried(transferAtOnce({ from, to, amount: crowns(3), currency: "CZK" }))
  }
})

// SQL locks first and has no conflicts; TypeScript reads first and may have many.
const retried = <A, E extends Chapter.Failure, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { while: ({ _tag }) => _tag === "VersionConflict", times: 100 })

const balancesOf = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  const [rows] = yield* sql<{ readonly materialized: number; readonly caught_up: number }>`
    SELECT p.balance::int AS materialized, b.balance::int AS caught_up
    FROM ledger.balance_projection AS p JOIN ledger.balances AS b USING (aggregate_id) WHERE aggregate_id = ${id}`
  const folded = Account.balanceOf((yield* Accounts.load(id)).state)
  return { id, folded, materialized: rows!.materialized, caughtUp: rows!.caught_up }
})

// Changes a deposit as only the owner of the database can, audits, and rolls back.
const tamperWith = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  const tampered = Effect.gen(function*() {
    yield* sql`ALTER TABLE ${sql(schema)}.event_store DISABLE TRIGGER append_only`
    yield* sql`UPDATE ${sql(schema)}.event_store SET data = jsonb_set(data, '{amount}', '100000000')
      WHERE stream = ${`account-${id}`} AND version = 2`
    return yield* Effect.fail({ _tag: "RolledBack" as const, findings: yield* Audit.validate })
  })
  return yield* Effect.catchTag(
    sql.withTransaction(tampered),
    "RolledBack",
    ({ findings }) => Effect.succeed(findings)
  )
})

/** Concurrent writers in two languages, and an audit. */
export const mixedWriters: SqlChapter = Chapter.make("mixed-writers", "Mixed writers and an audit", {
  needs: [sqlCommands],
  find: function*({ run }: Chapter.Input) {
    const ids = Array.from({ length: size }, (_, index) => `side-${index + 1}-${run}`)
    for (const id of ids) {
      yield* SqlAccounts.handle(id, { _tag: "OpenAccount", branch: "Brno", statements: "Monthly", currency: "CZK" })
      yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
    }
    const pairs = ids.map((from, index) => ({ from, to: ids[(index + 1) % size]! }))
    const writers = pairs.flatMap((pair) => [sqlWriter(pair), typeScriptWriter(pair)])
    yield* Effect.all(writers, { concurrency: "unbounded" })
    // Each writer sends two commands a round; a command that fails ends the story.
    const written = { inSql: 2 * rounds * size, inTypeScript: 2 * rounds * size }
    yield* Audit.refresh
    yield* Audit.catchUp
    const accounts = yield* Effect.forEach(ids, balancesOf)
    const findings = yield* Audit.validate
    const tampered = yield* tamperWith(ids[0]!)
    const sum = accounts.reduce((sum, { folded }) => sum + folded, 0)
    return { written, accounts, sum, findings, tampered, afterwards: yield* Audit.validate }
  },
  figure: ({ findings, tampered, written }) =>
    `${written.inSql} + ${written.inTypeScript} commands; audit: ${findings.length} findings, ` +
    `${tampered.length} after tampering`,
  checks: ({ accounts, afterwards, findings, sum, tampered }) => ({
    "with concurrent writers in SQL and in TypeScript no money is lost": sum === size * crowns(1_000),
    "the balances in SQL are those that TypeScript folds": accounts.every(
      ({ caughtUp, folded, materialized }) => materialized === folded && caughtUp === folded
    ),
    "the audit finds nothing": findings.length === 0 && afterwards.length === 0,
    "the audit finds an event that was changed by hand": tampered.length > 0
  }),
  lines: ({ accounts, findings, tampered, written }) => [
    `${written.inSql} commands in SQL and ${written.inTypeScript} in TypeScript at the same time, on ${size} accounts:`,
    table(accounts, ["id"], ["folded", "materialized", "caughtUp"]),
    `SELECT * FROM ledger.validate_ledger() replays all events and finds ${findings.length} disagreements.`,
    "Then the owner of the database disables the trigger, changes a deposit from 1,000.00 to 1,000,000.00,",
    "audits again and rolls back:",
    list(tampered.map(({ problem, sentence }) => `${problem}: ${sentence}`))
  ],
  facts: ({ findings, tampered, written }) => ({
    sql: {
      written,
      findings: findings.length,
      meddled: tampered.map(Struct.pick(["problem", "account", "version"]))
    }
  })
})
