/** The words of the chapters about accounts and their events. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as DateTime from "effect/DateTime"
import type * as Account from "../Account.ts"
import { format } from "../Amount.ts"
import type { FirstRows } from "../story/FirstRows.ts"
import type { OldVersion } from "../story/OldVersion.ts"
import type { RefusedOverdraft } from "../story/RefusedOverdraft.ts"
import type { Replay } from "../story/Replay.ts"
import type { SameCommandTwice } from "../story/SameCommandTwice.ts"
import type { SnapshotReplay } from "../story/SnapshotReplay.ts"
import type { TimeTravel } from "../story/TimeTravel.ts"
import type { TwoWriters } from "../story/TwoWriters.ts"
import * as Table from "./Table.ts"

/** What there is to tell of this chapter. */
export const firstRows = ({ balance, rows }: FirstRows): ReadonlyArray<string> => [
  "Ada opens an account, pays in 1,000.00 in cash and pays 250.00 by card. The store now holds:",
  "",
  ...Table.lines(
    ["position", "version", "type", "schema", "recorded at", "data"],
    rows.map((row) => [
      String(row.position),
      String(row.version),
      row.type,
      String(row.schemaVersion),
      DateTime.formatIso(row.recordedAt),
      JSON.stringify(row.data)
    ])
  ),
  "",
  `No row holds a balance. It is the fold of the rows: ${format(balance)}.`
]

/** What there is to tell of this chapter. */
export const refusedOverdraft = ({ balance, limit, refusal, requested }: RefusedOverdraft): ReadonlyArray<string> => [
  `Ada asks for ${format(requested)}. The account says: ${refusal === undefined ? "yes" : refusalText(refusal)}.`,
  `With an agreed overdraft of ${format(limit)} the same withdrawal goes through and leaves ${format(balance)}.`
]

const refusalText = (refusal: Account.Refusal): string => {
  const { _tag, ...reasons } = refusal
  const words = Object.entries(reasons).map(([name, value]) => `${name} ${valueText(name, value)}`)
  return [_tag, ...words].join(", ")
}

/** What there is to tell of this chapter. */
export const twoWriters = (chapter: TwoWriters): ReadonlyArray<string> => [
  `Two clerks look at Bob's account at version ${chapter.seen}. The first takes out 300.00. The second, who still`,
  `believes in version ${chapter.seen}, is told: ${chapter.conflict?.message ?? "nothing"}.`,
  `He looks again, asks for 100.00 again and writes version ${chapter.retried}; ${format(chapter.balance)} remain.`,
  `Then ${chapter.crowd} clerks pay in 1.00 each at the same moment, retrying by themselves: ` +
  `${format(chapter.crowdBalance)}.`
]

/** What there is to tell of this chapter. */
export const sameCommandTwice = ({ conflict, copies, key }: SameCommandTwice): ReadonlyArray<string> => [
  `Bob's client withdraws 25.00 under the idempotency key "${key}", hears no answer and asks again:`,
  "",
  ...Table.lines(
    ["copy", "version", "balance", "answered from"],
    copies.map(({ balance, deduplicated, version }, index) => [
      String(index + 1),
      String(version),
      format(balance),
      deduplicated ? "the first copy" : "a decision"
    ])
  ),
  "",
  `Under the same key, but for 2,500.00: ${conflict?.message ?? "nothing"}.`
]

/** What there is to tell of this chapter. */
export const replay = ({ steps }: Replay): ReadonlyArray<string> => [
  "Ada's account again, folded from its first event:",
  "",
  ...Table.lines(
    ["version", "event", "balance"],
    steps.map(({ balance, event, version }) => [String(version), eventText(event), format(balance)])
  )
]

const eventText = (event: Account.Event): string => {
  const { _tag, ...fields } = event
  const words = Object.entries(fields).map(([name, value]) =>
    name === "amount" || name === "limit" ? valueText(name, value) : `${name} ${valueText(name, value)}`
  )
  return words.length === 0 ? _tag : `${_tag} (${words.join(", ")})`
}

// All numbers are money, but for those that tell a deposit by its version.
const valueText = (name: string, value: string | number): string =>
  typeof value === "number" && name !== "deposit" && name !== "of" ? format(value) : String(value)

/** What there is to tell of this chapter. */
export const timeTravel = ({ now, occurredAt, recordedAt, version }: TimeTravel): ReadonlyArray<string> => [
  "Cleo has 1,000.00 on 1 March and pays 300.00 on the 10th. Only then does the bank enter 50.00 that came on the 5th.",
  "",
  ...Table.lines(["as of", "balance", "because"], [
    [`version ${version.asOf}`, format(version.balance), "the first two events"],
    [
      `recorded at ${DateTime.formatIso(recordedAt.asOf)}`,
      format(recordedAt.balance),
      "the bank did not know of the 50.00 yet"
    ],
    [
      `occurred at ${DateTime.formatIso(occurredAt.asOf)}`,
      format(occurredAt.balance),
      "the 50.00 had come, the 300.00 had not gone"
    ],
    ["now", format(now), "everything"]
  ])
]

/** What there is to tell of this chapter. */
export const snapshotReplay = (
  { events, fullMs, snapshotMs, snapshotVersion }: SnapshotReplay
): ReadonlyArray<string> => [
  ...Table.lines(["load", "events read", "milliseconds"], [
    ["from the first event", String(events), fullMs.toFixed(2)],
    [`from a snapshot at version ${snapshotVersion}`, String(events - snapshotVersion), snapshotMs.toFixed(2)]
  ]),
  "",
  `Both give the same state, the second ${(fullMs / snapshotMs).toFixed(0)} times as fast.`
]

/** What there is to tell of this chapter. */
export const oldVersion = ({ read, stored }: OldVersion): ReadonlyArray<string> => [
  "Dora's account holds a deposit as the first release stored it, and one of today. Both are read as of today:",
  "",
  ...Table.lines(
    ["stored type", "schema", "stored data", "read as"],
    stored.map((row: RecordedEvent, index) => [
      row.type,
      String(row.schemaVersion),
      JSON.stringify(row.data),
      read[index] === undefined ? "" : eventText(read[index])
    ])
  )
]
