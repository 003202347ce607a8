/**
 * Chapter: a table of balances moves to events without losing a heller. The old application works on meanwhile; when both
 * agree on every row, the bank switches over.
 */
import type { Position } from "@refold/core/event/Position"
import * as LegacyReport from "@refold/legacy/LegacyReport"
import * as LegacyTable from "@refold/legacy/LegacyTable"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Accounts from "../Accounts.ts"
import { crowns } from "../Amount.ts"
import { schema as store } from "../Database.ts"
import * as LegacyBalances from "../legacy/LegacyBalances.ts"
import { LegacyProgress } from "../legacy/LegacyProgress.ts"
import * as OldBank from "../legacy/OldBank.ts"
import * as Audit from "../sql/Audit.ts"
import { type Check, check } from "./Check.ts"

/** What moved, what could not, and what was compared. */
export interface OldBankMoves {
  readonly _tag: "OldBankMoves"
  /** What it would be, and what it was. */
  readonly dryRun: LegacyReport.SeedReport
  readonly seeded: LegacyReport.SeedReport
  /** A seed event: where it says it comes from. */
  readonly seed: unknown
  /** Whether the rehearsal stored anything. */
  readonly stored: { readonly before: Position; readonly afterDryRun: Position }
  /** What the old application did meanwhile, as events. */
  readonly caughtUp: LegacyReport.CaughtUp
  /** Seeding once more. */
  readonly again: LegacyReport.SeedReport
  readonly refused: LegacyReport.NotReconciled | undefined
  readonly reconciliation: LegacyReport.Reconciliation
  /** What the old application is told when it writes on. */
  readonly frozen: string | undefined
  readonly untouched: boolean
  readonly findings: ReadonlyArray<Audit.Finding>
  readonly checks: ReadonlyArray<Check>
}

/** Moves the old bank of this run. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const sql = yield* SqlClient.SqlClient
  const { head } = yield* EventStore
  const onProgress = yield* LegacyProgress
  yield* OldBank.open(run)
  const bank = yield* Effect.fromResult(LegacyBalances.mapping({ run, schema: OldBank.schemaOf(run), store }))
  const before = yield* head
  const dryRun = yield* LegacyTable.dryRun(bank)
  const stored = { before, afterDryRun: yield* head }
  yield* LegacyTable.capture(bank)
  const seeded = yield* LegacyTable.seed(bank, { onProgress })
  yield* OldBank.work(run)
  const written = yield* OldBank.contents(run)
  const caughtUp = yield* LegacyTable.catchUp(bank)
  const again = yield* LegacyTable.seed(bank)
  // Seven rows cannot be read, and nobody has looked into them yet.
  const refused = yield* LegacyTable.switchOver(bank).pipe(
    Effect.as(undefined),
    Effect.catchTag("NotReconciled", Effect.succeed)
  )
  const reconciliation = yield* LegacyTable.switchOver(bank, { acceptSkipped: true, freeze: true })
  const frozen = yield* OldBank.work(run).pipe(
    Effect.as(undefined),
    Effect.catchTag("SqlError", (error) => Effect.succeed(String(Object(error.reason.cause).message)))
  )
  yield* Accounts.handle(LegacyBalances.idOf(run, "1010"), { _tag: "Deposit", amount: crowns(1), channel: "Card" })
  const [seed] = yield* sql<{ readonly metadata: unknown }>`
    SELECT metadata FROM ledger.event_store WHERE aggregate_id = ${LegacyBalances.idOf(run, "1010")} AND version = 1`
  const untouched = written === (yield* OldBank.contents(run))
  yield* Audit.refresh
  return chapterOf({
    dryRun,
    seeded,
    seed: seed?.metadata,
    stored,
    caughtUp,
    again,
    refused,
    reconciliation,
    frozen,
    untouched,
    findings: yield* Audit.validate
  })
})

const chapterOf = (facts: Omit<OldBankMoves, "_tag" | "checks">): OldBankMoves => {
  const { again, caughtUp, dryRun, findings, frozen, reconciliation, refused, seeded, stored, untouched } = facts
  return {
    _tag: "OldBankMoves",
    ...facts,
    checks: [
      check(
        "a rehearsal finds what the real thing finds, and stores nothing",
        sameFindings(dryRun, seeded) && stored.before === stored.afterDryRun
      ),
      check(
        "every legacy row is an account, or listed with its reason",
        seeded.seeded === OldBank.goodRows && seeded.skipped === 6
      ),
      check("what the old application did meanwhile has become events", caughtUp.changes === 43 && caughtUp.events > 0),
      check("seeding again adds nothing", again.events === 0),
      check("nobody switches over with rows that nobody has looked into", refused !== undefined),
      check("the table and the events agree on every balance, and in sum", agrees(reconciliation)),
      check(
        "after the switch the old table is as it was, and refuses to be written",
        untouched && frozen !== undefined
      ),
      check("the audit finds nothing wrong with what moved", findings.length === 0)
    ]
  }
}

const sameFindings = (one: LegacyReport.SeedReport, other: LegacyReport.SeedReport): boolean =>
  one.seeded === other.seeded && one.events === other.events && one.skipped === other.skipped

const agrees = (reconciliation: LegacyReport.Reconciliation): boolean =>
  LegacyReport.isEqual(reconciliation) && reconciliation.totals.every(({ events, legacy }) => events === legacy)
