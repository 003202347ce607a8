/** The findings as tables for a terminal. */
import * as Table from "../crud/Table.ts"
import type { Findings } from "./Findings.ts"
import * as Format from "./Format.ts"

/** All of it. */
export const text = (findings: Findings): string =>
  [
    ["Refold and its peers, side by side", ...Format.setting(findings)],
    ...findings.groups.map((group) => [
      `${group.name}: ${group.title} (${Format.note(group)})`,
      ...tableOf(Format.head(group), group.rows.map((row) => Format.cells(group, row)))
    ]),
    [
      "Correctness, counted in the same run",
      ...Table.lines(Format.correctnessHead, findings.correctness.map(Format.correctnessCells))
    ],
    ["Where Refold is slower", ...orNone(Format.verdicts(findings))],
    ["Not measured", ...orNone(findings.absent.map(({ label, reason }) => `${label}: ${reason}`))]
  ].map((section) => section.join("\n")).join("\n\n")

const orNone = (lines: ReadonlyArray<string>): ReadonlyArray<string> => (lines.length === 0 ? ["nothing"] : lines)

/** Rows without figures are below the table: their reasons are longer than its columns. */
const tableOf = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const measured = rows.filter(({ length }) => length > 2)
  const used = head.map((_, column) => column === 0 || measured.some((row) => (row[column] ?? "") !== ""))
  const pick = (row: ReadonlyArray<string>) => row.filter((_, column) => used[column])
  return [
    ...Table.lines(pick(head), measured.map(pick)),
    ...rows.filter(({ length }) => length <= 2).map((row) => row.join("  "))
  ]
}
