/**
 * A page about the ledger's SQL, generated from the comments in its files: each object with its purpose and reasons. The
 * same texts are the comments of the objects in the database.
 */
import * as SqlSchema from "@refold/postgres/schema/SqlSchema"
import * as Option from "effect/Option"
import * as LedgerSql from "./LedgerSql.ts"

/** The page, in Markdown. */
export const page = (): string => {
  const folders = Map.groupBy(LedgerSql.files, (file) => file.split("/")[0]!)
  return [
    "# The ledger in SQL: its objects, and the reasons",
    "",
    "Made by `npm run report` in `apps/ledger` from the comments of the files in this folder; in a database `\\d+` and `\\df+` " +
    "show the same words. How SQL and TypeScript share a store: [Refold in SQL](../../../docs/src/content/docs/reference/sql-api.md).",
    "",
    "## For people",
    "",
    "The other objects are used by these.",
    "",
    ...forPeople.map(contents),
    ...[...folders].flatMap(([folder, files]) => ["", `## ${titles[folder] ?? folder}`, ...files.flatMap(section)])
  ].join("\n") + "\n"
}

const forPeople: ReadonlyArray<string> = [
  "account/open",
  "account/deposit",
  "account/withdraw",
  "account/transfer",
  "account/handle",
  "classic/append_event",
  "classic/event_store",
  "classic/event_snapshots",
  "classic/rebuild_from_snapshot",
  "classic/take_snapshot",
  "projection/balance_projection",
  "projection/refresh_balances",
  "projection/balances",
  "projection/catch_up_balances",
  "validate/validate_ledger"
]

const objectOf = (file: string) => SqlSchema.objectOf(LedgerSql.textOf(file))

const contents = (file: string): string => {
  const { kind, name, text } = Option.getOrThrow(objectOf(file))
  const bare = name.replace(/^ledger\./, "")
  const [sentence = ""] = text.replaceAll("\n", " ").split(/(?<=[a-z)'"])[.:] /)
  return `- [\`${bare}\`](#${bare}), ${kind}: ${sentence.replace(/\.$/, "")}`
}

const titles: Readonly<Record<string, string>> = {
  account: "The account: fold, decider, commands",
  classic: "The names of the classic labs",
  projection: "Balances: refreshed, or kept event by event",
  validate: "The audit"
}

const section = (file: string): ReadonlyArray<string> => {
  const object = objectOf(file)
  // Files without a comment, for example a statement that fills a table, are left out.
  if (Option.isNone(object) || object.value.text === "") return []
  const { kind, name, parts, text } = object.value
  return [
    "",
    `### ${name.replace(/^ledger\./, "")}`,
    "",
    `_${kind}, [\`${file}.sql\`](${file}.sql)_`,
    "",
    ...prose(text),
    ...parts.map((part) => `- \`${part.name}\`: ${part.text.replaceAll("\n", " ")}`)
  ]
}

// Paragraphs as they are; indented lines are a list of names with descriptions, which may continue on the next lines.
const prose = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const line of text.split("\n")) {
    const [, term, meaning] = /^ {1,3}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    const last = lines.at(-1)
    if (term !== undefined) lines.push(`- \`${term}\`${meaning === undefined ? "" : `: ${meaning}`}`)
    else if (line === "") lines.push("")
    else if (last === undefined || last === "" || (last.startsWith("- ") && !line.startsWith(" "))) lines.push(line)
    else lines[lines.length - 1] = `${last} ${line.trim()}`
  }
  // A list is separated from the text before and after it.
  return lines.flatMap((line, index) => {
    const before = lines[index - 1]
    const changes = before !== undefined && before !== "" && line !== "" &&
      before.startsWith("- ") !== line.startsWith("- ")
    return changes ? ["", line] : [line]
  })
}
