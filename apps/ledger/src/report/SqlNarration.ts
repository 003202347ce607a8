/** The words of the chapters about SQL and about the move out of a table of balances. */
import { format } from "../Amount.ts"
import { badRows } from "../legacy/OldBank.ts"
import type { OldBankMoves } from "../story/OldBankMoves.ts"
import type { SideBySide } from "../story/SideBySide.ts"
import type { SqlTwin } from "../story/SqlTwin.ts"
import * as Table from "./Table.ts"

/** What somebody does who has the SQL and a psql. */
export const howToGoOn = (store: string): string =>
  [
    `The ledger's SQL is in the schema ledger, beside the store in ${store}. In psql:`,
    "",
    `  SET search_path = ledger;`,
    "  CALL open('ada', 'Prague', 'CZK');",
    "  CALL deposit('ada', 10000, p_idempotency_key => 'first');",
    "  SELECT * FROM handle('ada', '{\"_tag\": \"FreezeAccount\", \"reason\": \"lost card\"}');",
    "  SELECT * FROM event_store WHERE aggregate_id = 'ada' ORDER BY version;",
    "  SELECT * FROM validate_ledger();",
    "  \\df+ ledger.*"
  ].join("\n")

/** What there is to tell of this chapter. */
export const sqlTwin = ({ answers, balance, events, id, key, refusals: [inSql, inTypeScript] }: SqlTwin) => [
  "In SQL: CALL ledger.open, and the account is there for TypeScript, which pays in. Whoever knows the classic labs asks",
  `SELECT version, type, data FROM ledger.event_store WHERE aggregate_id = '${id}' ORDER BY version:`,
  "",
  ...Table.lines(
    ["version", "type", "data"],
    events.map(({ data, type, version }) => [String(version), type, JSON.stringify(data)])
  ),
  "",
  `A withdrawal under the key "${key}", in TypeScript: version ${
    answers[0]?.version
  }. The same again in SQL: version ` +
  `${answers[1]?.version}, ${answers[1]?.deduplicated === true ? "the first answer" : "decided anew"}.`,
  `The balance is ${format(balance)}. Asked for more than that, SQL and TypeScript refuse:`,
  `- ${JSON.stringify(inSql)}`,
  `- ${JSON.stringify(inTypeScript)}`
]

/** What there is to tell of this chapter. */
export const sideBySide = ({ accounts, findings, meddled, written }: SideBySide): ReadonlyArray<string> => [
  `${written.inSql} commands in SQL and ${written.inTypeScript} in TypeScript at the same time, on the same four accounts:`,
  "",
  ...Table.lines(
    ["account", "fold in TypeScript", "materialized view", "kept event by event"],
    accounts.map(({ caughtUp, folded, id, refreshed }) => [id, format(folded), format(refreshed), format(caughtUp)])
  ),
  "",
  `SELECT * FROM ledger.validate_ledger() replays all events and finds ${findings.length} disagreements.`,
  "Then the owner of the database switches the trigger off, makes a deposit of 1,000.00 one of 1,000,000.00, and asks again:",
  "",
  ...meddled.map(({ problem, sentence }) => `- ${problem}: ${sentence}`),
  "",
  "And all of that is rolled back."
]

/** What there is to tell of this chapter. */
export const oldBankMoves = (chapter: OldBankMoves): ReadonlyArray<string> => [
  "The old application keeps balances in a table and overwrites them. A mapping says what a row is as events, and what a",
  "change of it is. A rehearsal stores nothing; then the table is seeded, and once more:",
  "",
  ...Table.lines(["", "rows read", "accounts", "events", "keys left out"], [
    run("rehearsal", chapter.dryRun),
    run("seeded", chapter.seeded),
    run("seeded again", chapter.again)
  ]),
  "",
  "What is left out waits for somebody to look into it:",
  "",
  ...Table.lines(
    ["account", "rows", "reason"],
    chapter.seeded.skippedRows.map(({ key, reason, rows }) => [key ?? "(none)", String(rows), firstLine(reason)])
  ),
  "",
  `Each seed says what it is: ${JSON.stringify(chapter.seed)}`,
  `Meanwhile the old application has made ${chapter.caughtUp.changes} changes, which became ${chapter.caughtUp.events} events.`,
  `To switch over now is refused, for ${badRows.length} rows are left out; where that is accepted, both sides are compared`,
  "row by row, and in sum:",
  "",
  ...Table.lines(
    ["", "the old table", "folded events"],
    chapter.reconciliation.totals.map(({ events, fact, legacy }) => [
      fact,
      format(Number(legacy)),
      format(Number(events))
    ])
  ),
  "",
  `${count(chapter.reconciliation.rows)} rows, ${count(chapter.reconciliation.streams)} accounts, ` +
  `${chapter.reconciliation.differences.count} differences. The old application is told from now on:`,
  chapter.frozen ?? "nothing"
]

const run = (name: string, { events, rows, seeded, skipped }: OldBankMoves["seeded"]): ReadonlyArray<string> => [
  name,
  count(rows),
  count(seeded),
  count(events),
  count(skipped)
]

const firstLine = (text: string): string => text.split("\n")[0]!

const count = (n: number): string => n.toLocaleString("en-US")
