/** The part of the JSON document that is about SQL and the old bank's table. Money is in whole minor units. */
import type { OldBankMoves } from "../story/OldBankMoves.ts"
import type { SideBySide } from "../story/SideBySide.ts"

/** The chapters that it is made of. */
export interface Chapters {
  readonly sideBySide: SideBySide
  readonly oldBank: OldBankMoves
}

/** What SQL made of the books, and what became of the old bank. Its names are a contract: scripts read them. */
export const document = ({ oldBank: { caughtUp, reconciliation, seeded }, sideBySide }: Chapters) => ({
  written: sideBySide.written,
  findings: sideBySide.findings.length,
  meddled: sideBySide.meddled.map(({ account, problem, version }) => ({ problem, account, version })),
  oldBank: {
    rows: seeded.rows,
    accounts: seeded.seeded,
    events: seeded.events,
    skipped: seeded.skippedRows.map(({ key, reason, rows }) => ({ key, rows, reason })),
    caughtUp: { changes: caughtUp.changes, events: caughtUp.events },
    differences: reconciliation.differences.count,
    totals: reconciliation.totals.map(({ events, fact, legacy }) => ({
      fact,
      legacy: Number(legacy),
      events: Number(events)
    }))
  }
})

/** The part of the document. */
export type Document = ReturnType<typeof document>
