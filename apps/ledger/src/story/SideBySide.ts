/**
 * Chapter: writers in SQL and in TypeScript at the same accounts at the same time. No money is lost, and the audit finds
 * nothing; until somebody meddles with the books.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Balance, crowns } from "../Amount.ts"
import { schema } from "../Database.ts"
import * as Audit from "../sql/Audit.ts"
import * as SqlAccounts from "../sql/SqlAccounts.ts"
import { transferAtOnce } from "../TransferAtOnce.ts"
import { type Check, check } from "./Check.ts"

/** Who wrote what, and what the audit says. */
export interface SideBySide {
  readonly _tag: "SideBySide"
  /** The commands of each kind that went through. */
  readonly written: { readonly inSql: number; readonly inTypeScript: number }
  /** The accounts at the end, and what each holds by three accounts of it. */
  readonly accounts: ReadonlyArray<{
    readonly id: string
    readonly folded: Balance
    readonly refreshed: Balance
    readonly caughtUp: Balance
  }>
  readonly findings: ReadonlyArray<Audit.Finding>
  /** What the audit says once a deposit was changed behind everybody's back, and once it was as before. */
  readonly meddled: ReadonlyArray<Audit.Finding>
  readonly afterwards: ReadonlyArray<Audit.Finding>
  readonly checks: ReadonlyArray<Check>
}

const size = 4
const rounds = 20

/** Lets writers of both kinds loose, then audits. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const ids = Array.from({ length: size }, (_, index) => `side-${index + 1}-${run}`)
  for (const id of ids) {
    yield* SqlAccounts.handle(id, { _tag: "OpenAccount", branch: "Brno", statements: "Monthly", currency: "CZK" })
    yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
  }
  const writers = ids.flatMap((from, index) => {
    const to = ids[(index + 1) % size]!
    return [sqlWriter(from, to), typeScriptWriter(to, from)]
  })
  const written = yield* Effect.all(writers, { concurrency: "unbounded" })
  yield* Audit.refresh
  yield* Audit.catchUp
  const accounts = yield* Effect.forEach(ids, heldBy)
  const findings = yield* Audit.validate
  const meddled = yield* meddleWith(ids[0]!)
  return chapterOf({
    written: {
      inSql: sum(written, ({ inSql }) => inSql),
      inTypeScript: sum(written, ({ inTypeScript }) => inTypeScript)
    },
    accounts,
    findings,
    meddled,
    afterwards: yield* Audit.validate
  })
})

const sqlWriter = Effect.fnUntraced(function*(from: string, to: string) {
  for (let round = 0; round < rounds; round++) {
    yield* SqlAccounts.handle(from, { _tag: "Deposit", amount: crowns(1), channel: "Card" })
    yield* SqlAccounts.transfer({ from, to, amount: crowns(2) })
  }
  return { inSql: 2 * rounds, inTypeScript: 0 }
})

const typeScriptWriter = Effect.fnUntraced(function*(from: string, to: string) {
  for (let round = 0; round < rounds; round++) {
    yield* patiently(Accounts.handle(from, { _tag: "Withdraw", amount: crowns(1), channel: "Card" }))
    yield* patiently(transferAtOnce({ from, to, amount: crowns(3), currency: "CZK" }))
  }
  return { inSql: 0, inTypeScript: 2 * rounds }
})

// Who locks first, as SQL does here, is never overtaken; who reads first may be, over and over.
const patiently = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { while: ({ _tag }) => _tag === "VersionConflict", times: 100 })

const sum = <A>(all: ReadonlyArray<A>, of: (one: A) => number): number => all.reduce((sum, one) => sum + of(one), 0)

const heldBy = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  const [rows] = yield* sql<{ readonly refreshed: number; readonly caught_up: number }>`
    SELECT p.balance::int AS refreshed, b.balance::int AS caught_up
    FROM ledger.balance_projection AS p JOIN ledger.balances AS b USING (aggregate_id) WHERE aggregate_id = ${id}`
  const folded = Account.balanceOf((yield* Accounts.load(id)).state)
  return { id, folded, refreshed: rows!.refreshed, caughtUp: rows!.caught_up }
})

// What only the owner of the database can do, and only on purpose; and all of it is taken back.
const meddleWith = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  const meddled = Effect.gen(function*() {
    yield* sql`ALTER TABLE ${sql(schema)}.event_store DISABLE TRIGGER append_only`
    yield* sql`UPDATE ${sql(schema)}.event_store SET data = jsonb_set(data, '{amount}', '100000000')
      WHERE stream = ${`account-${id}`} AND version = 2`
    return yield* Effect.fail({ _tag: "Undone" as const, findings: yield* Audit.validate })
  })
  return yield* sql.withTransaction(meddled).pipe(
    Effect.catchTag("Undone", ({ findings }) => Effect.succeed(findings))
  )
})

const chapterOf = (facts: Omit<SideBySide, "_tag" | "checks">): SideBySide => {
  const { accounts, afterwards, findings, meddled } = facts
  const expected = size * (crowns(1_000) + rounds * crowns(1) - rounds * crowns(1))
  return {
    _tag: "SideBySide",
    ...facts,
    checks: [
      check(
        "of writers in SQL and in TypeScript at once, no money is lost",
        sum(accounts, ({ folded }) => folded) === expected
      ),
      check(
        "what SQL makes of the events is what TypeScript makes of them",
        accounts.every(({ caughtUp, folded, refreshed }) => refreshed === folded && caughtUp === folded)
      ),
      check("the audit finds nothing", findings.length === 0 && afterwards.length === 0),
      check("where somebody changes an event, the audit finds it", meddled.length > 0)
    ]
  }
}
