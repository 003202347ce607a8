/** Chapter: a bank's files become events, and every account's folded balance is held against the bank's own. */
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { LoadFailure } from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Import from "../import/Import.ts"
import * as Reconciliation from "../import/Reconciliation.ts"
import * as Source from "../import/Source.ts"
import { type Check, check } from "./Check.ts"

/** An import and what came of it. */
export interface BankImport {
  readonly _tag: "BankImport"
  readonly folder: string
  readonly accountRows: number
  readonly transactionRows: number
  /** The events that this run has added; on a server an earlier run may have stored some. */
  readonly added: number
  readonly seconds: number
  /** Transactions whose order within their day the balances do not tell. */
  readonly unordered: number
  /** Days on which the bank's balances miss what their amounts add up to. */
  readonly gaps: number
  readonly reconciliation: Reconciliation.Reconciliation
  readonly checks: ReadonlyArray<Check>
}

/** Imports a folder, imports it again, and reconciles. */
export const tell = Effect.fnUntraced(function*(
  folder: string
): Effect.fn.Return<BankImport, Import.ImportFailure | LoadFailure, EventStore | EventReader | SnapshotStore> {
  const rows = yield* Source.countRows(folder)
  const [duration, imported] = yield* Effect.timed(Import.run(folder))
  const again = yield* Import.run(folder)
  const reconciliation = yield* Reconciliation.reconcile(imported)
  const statements = [...imported.statements.values()]
  const chapter: BankImport = {
    _tag: "BankImport",
    folder,
    accountRows: rows.accounts,
    transactionRows: rows.transactions,
    added: imported.added,
    seconds: Duration.toSeconds(duration),
    unordered: statements.reduce((sum, { unordered }) => sum + unordered, 0),
    gaps: statements.reduce((sum, { gaps }) => sum + gaps, 0),
    reconciliation,
    checks: [
      check("every row of the files is one event in the store", again.stored === rows.accounts + rows.transactions),
      check("importing again adds nothing", again.added === 0),
      check("every account's balance is the bank's, exactly or within rounding", reconciliation.off.length === 0)
    ]
  }
  return chapter
})
