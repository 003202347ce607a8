/** The results as text for a terminal and for the documentation, section by section. */
import type { Findings } from "./Compare.ts"
import { type Answer, money } from "./Question.ts"
import type { Spread } from "./Spread.ts"
import * as Table from "./Table.ts"
import type { Load } from "./Writing.ts"

const count = (n: number): string => Math.round(n).toLocaleString("en-US")
const times = (ratio: number): string => `×${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)}`
const range = ({ max, min }: Spread, show: (n: number) => string): string => `${show(min)} – ${show(max)}`
const figures = (spread: Spread) => [count(spread.median), range(spread, count)]
const ratios = (spread: Spread) => [times(spread.median), range(spread, times)]

/** The machine, the database and the time. */
const opening = ({ database, machine, options, postgres }: Findings): ReadonlyArray<string> => [
  "CRUD against event sourcing",
  `${machine.date}, ${database.name} (${postgres}), Node ${machine.node}, ${machine.cpus}`,
  `load ${machine.loadBefore} before and ${machine.loadAfter} after, of which this is a part; seed ${options.seed}`,
  `${options.rounds} rounds by turns: figures are medians, ratios are of the same round`
]

/** The lost update by hand. */
export const byHand = ({ byHand: outcomes }: Pick<Findings, "byHand">): ReadonlyArray<string> => [
  "1. Two clients by hand. The account holds 100.00. Ada looks; Bob deposits 50.00; Ada deposits 30.00.",
  "",
  ...Table.lines(
    ["", "holds", "ought to", "lost", "Ada wrote on what she saw before, but"],
    outcomes.map(({ actual, defence, expected, name }) => [
      name,
      money(actual),
      money(expected),
      money(expected - actual),
      defence === "none" ? "nothing was in her way" : defence
    ])
  )
]

/** The answers of the books about the story. */
export const history = ({ history: asked }: Pick<Findings, "history">): ReadonlyArray<string> => [
  "2. What is known afterwards. The same story in each; every answer was worked out from what is stored.",
  "",
  ...Table.lines(
    ["", "balances table", "… and audit table", "events"],
    asked.map(({ audit, events, question, table }) => [question, say(table), say(audit), say(events)])
  )
]

const say = (answer: Answer): string => (answer._tag === "Answered" ? answer.text : "cannot")

/** Lost updates under load. */
const races = ({ database, loads }: Findings): ReadonlyArray<string> => [
  "3. Money under load: balances, compared with the acknowledged operations.",
  ...(database.isServer ? [] : ["Embedded, transactions take turns: only code outside of them can race."]),
  ...loads.filter(({ clients }) => clients > 1).flatMap((load) => [
    "",
    title(load),
    ...Table.lines(
      ["", "done", "refused", "accounts wrong", "money lost", "money made"],
      load.written.map(({ done, drift, name, refused }) => [
        name,
        count(done),
        count(refused),
        count(drift.wrong),
        money(drift.lost),
        money(drift.made)
      ])
    )
  ])
]

const title = ({ accounts, clients, operations }: Load): string =>
  `${clients} client${clients === 1 ? "" : "s"}, ${count(accounts)} accounts, ${count(operations)} operations a round:`

/** The cost of writes. */
const writing = ({ loads }: Findings): ReadonlyArray<string> => [
  "4. Writing: operations a second, and how that compares with SELECT … FOR UPDATE.",
  ...loads.flatMap((load) => [
    "",
    title(load),
    ...Table.lines(
      ["", "a second", "from – to", "ratio", "from – to"],
      load.written.map(({ name, perSecond, ratio }) => [name, ...figures(perSecond), ...ratios(ratio)])
    )
  ])
]

/** The cost of reads. */
const reading = ({ reads }: Findings): ReadonlyArray<string> => [
  "5. Reading the balance of one account now: microseconds, one client.",
  "",
  ...Table.lines(
    ["", "µs", "from – to", "ratio", "from – to"],
    reads.map(({ microseconds, name, ratio }) => [name, ...figures(microseconds), ...ratios(ratio)])
  )
]

/** The cost of storage. */
const storage = ({ storage: stored }: Findings): ReadonlyArray<string> => [
  "6. Storage: bytes for each operation, indexes included.",
  "",
  ...Table.lines(["", "bytes"], stored.map(({ bytesPerOperation, name }) => [name, count(bytesPerOperation)]))
]

/** The whole report. */
export const text = (findings: Findings): string =>
  [opening, byHand, history, races, writing, reading, storage].map((section) => section(findings).join("\n")).join(
    "\n\n"
  )
