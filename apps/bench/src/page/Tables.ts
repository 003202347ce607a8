/** The figures of a run as Markdown, for the page of the documentation. */
import type { Compared, Findings } from "../speed/Findings.ts"
import * as Format from "../speed/Format.ts"

/** The machine, the groups in which Refold is slower, the incorrect results of stores, and a table for each group. */
export const markdown = (findings: Findings): string =>
  [
    ...Format.setting(findings).map((line) => `- ${line}`),
    "",
    "### Where Refold is slower",
    "",
    ...list(Format.verdicts(findings), "Nowhere, in this run."),
    "",
    "### Correctness, counted in the same run",
    "",
    ...table(Format.correctnessHead, findings.correctness.map(Format.correctnessCells)),
    ...findings.groups.flatMap(groupOf),
    "",
    "### Not measured",
    "",
    ...list(
      findings.absent.map(({ label, reason }) => `${label}: ${reason}`),
      "Every store could be installed and opened."
    )
  ].join("\n")

const list = (lines: ReadonlyArray<string>, none: string): ReadonlyArray<string> =>
  lines.length === 0 ? [none] : lines.map((line) => `- ${line}`)

const groupOf = (group: Compared): ReadonlyArray<string> => {
  const rows = group.rows.map((row) => Format.cells(group, row))
  const measured = rows.filter(({ length }) => length > 2)
  const used = Format.head(group).map((_, at) => at === 0 || measured.some((row) => (row[at] ?? "") !== ""))
  const pick = (cells: ReadonlyArray<string>) => cells.filter((_, at) => used[at])
  const without = rows.filter(({ length }) => length <= 2).map(([label, reason]) => `${label} ${reason}`)
  return [
    "",
    `### ${group.title}`,
    "",
    `\`${group.name}\`, ${Format.note(group)}.`,
    "",
    ...table(pick(Format.head(group)), measured.map(pick)),
    ...(without.length === 0 ? [] : ["", ...list(without, "")])
  ]
}

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.map(safe).join(" | ")} |`
  return [
    line(head.map((cell) => (cell === "" ? "store" : cell))),
    line(head.map((_, at) => (at === 0 ? "---" : "---:"))),
    ...rows.map(line)
  ]
}

// A reason may contain characters that MDX or tables interpret.
const safe = (text: string): string => text.replaceAll(/[|{}<]/g, (sign) => `&#${sign.codePointAt(0)};`)
