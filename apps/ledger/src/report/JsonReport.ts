/** The story as one JSON document. Money is in whole minor units (hellers, cents), times in ISO 8601 and UTC. */
import * as DateTime from "effect/DateTime"
import type { Difference } from "../import/Reconciliation.ts"
import type { Check } from "../story/Check.ts"
import * as JsonReadSide from "./JsonReadSide.ts"
import * as JsonSql from "./JsonSql.ts"
import * as JsonTransfers from "./JsonTransfers.ts"
import type { Chapter } from "./Narration.ts"

/** The document. Its names are a contract: scripts read them. */
export interface Document {
  readonly eventsStored: number
  /** Accounts of the import that have transactions: exact + withinRounding + off. */
  readonly accounts: number
  readonly import: {
    readonly accountRows: number
    readonly transactionRows: number
    readonly eventsAdded: number
    readonly seconds: number
  }
  readonly reconciliation: {
    readonly exact: number
    readonly withinRounding: number
    readonly off: number
    readonly differences: ReadonlyArray<Difference & { readonly verdict: "withinRounding" | "off" }>
  }
  readonly replay: { readonly events: number; readonly fullMs: number; readonly snapshotMs: number }
  readonly temporal: {
    readonly asOfVersion: { readonly version: number; readonly balance: number }
    readonly asOfRecordedAt: { readonly instant: string; readonly balance: number }
    readonly asOfOccurredAt: { readonly instant: string; readonly balance: number }
    readonly now: { readonly balance: number }
  }
  readonly readSide: JsonReadSide.Document
  readonly transfers: JsonTransfers.Document
  /** Where the story was told on a database. */
  readonly sql?: JsonSql.Document
  readonly checks: ReadonlyArray<Check>
}

/** The document of a story told to its end. */
export const document = (chapters: ReadonlyArray<Chapter>, eventsStored: number): Document => {
  const { accountRows, added, reconciliation, seconds, transactionRows } = find(chapters, "BankImport")
  const { events, fullMs, snapshotMs } = find(chapters, "SnapshotReplay")
  const { now, occurredAt, recordedAt, version } = find(chapters, "TimeTravel")
  const { accounts, exact, off, withinRounding } = reconciliation
  return {
    eventsStored,
    accounts,
    import: { accountRows, transactionRows, eventsAdded: added, seconds },
    reconciliation: {
      exact,
      withinRounding: withinRounding.length,
      off: off.length,
      differences: [
        ...off.map((one) => ({ ...one, verdict: "off" as const })),
        ...withinRounding.map((one) => ({ ...one, verdict: "withinRounding" as const }))
      ]
    },
    replay: { events, fullMs, snapshotMs },
    temporal: {
      asOfVersion: { version: version.asOf, balance: version.balance },
      asOfRecordedAt: { instant: DateTime.formatIso(recordedAt.asOf), balance: recordedAt.balance },
      asOfOccurredAt: { instant: DateTime.formatIso(occurredAt.asOf), balance: occurredAt.balance },
      now: { balance: now }
    },
    readSide: JsonReadSide.document({
      readSide: find(chapters, "ReadSide"),
      ownWrites: find(chapters, "OwnWrites"),
      figures: find(chapters, "BankInFigures"),
      past: find(chapters, "PastRows"),
      rebuilding: find(chapters, "Rebuilding"),
      poisoned: find(chapters, "PoisonedEvents"),
      twoStores: find(chapters, "TwoStores")
    }),
    transfers: JsonTransfers.document({
      compensated: find(chapters, "TransferCompensated"),
      timedOut: find(chapters, "TransferTimedOut"),
      atOnce: find(chapters, "TransferInOneCommit"),
      order: find(chapters, "StandingOrderPaid"),
      money: find(chapters, "AllTheMoney")
    }),
    ...sql(chapters),
    checks: chapters.flatMap(({ checks }) => checks)
  }
}

const sql = (chapters: ReadonlyArray<Chapter>): Pick<Document, "sql"> => {
  const [sideBySide, oldBank] = [find(chapters, "SideBySide"), find(chapters, "OldBankMoves")]
  return sideBySide === undefined ? {} : { sql: JsonSql.document({ sideBySide, oldBank }) }
}

const find = <Tag extends Chapter["_tag"]>(
  chapters: ReadonlyArray<Chapter>,
  tag: Tag
): Extract<Chapter, { readonly _tag: Tag }> => {
  const found = chapters.find((chapter) => chapter._tag === tag)
  // A story told to its end has every chapter, and the tag says which one this is.
  return found as Extract<Chapter, { readonly _tag: Tag }>
}
