import { expect, it } from "vitest"
import { files, firstColumn, page, read } from "./Page.ts"

const [tags = "", states = ""] = page("errors").split("## SQLSTATEs")

const isPublic = (path: string): boolean => !path.includes("/internal/")

/** Refusals that operators of processes get; the only errors that are not classes. */
const instanceRefusals = () =>
  [...read("packages/core/src/process/internal/ProcessMessage.ts").split("OperatorRefusal")[1]!.matchAll(
    /_tag: "(\w+)"/g
  )]
    .map(([, tag]) => tag!)

it("every tagged error of a public module is on the page, and no other", () => {
  const classes = files("packages/*/src/**/*.ts").filter(isPublic)
    .flatMap((path) => [...read(path).matchAll(/TaggedError\("(\w+)"\)/g)].map(([, tag]) => tag!))
  expect(classes).toContain("VersionConflict")
  expect(instanceRefusals()).toContain("UnknownInstance")
  expect([...firstColumn(tags)].toSorted()).toEqual([...classes, ...instanceRefusals()].toSorted())
})

// PostgreSQL's names of conditions; Appendix A of its manual.
const conditions: Readonly<Record<string, string>> = {
  feature_not_supported: "0A000",
  insufficient_privilege: "42501",
  invalid_parameter_value: "22023",
  lock_not_available: "55P03",
  object_not_in_prerequisite_state: "55000",
  restrict_violation: "23001",
  serialization_failure: "40001",
  wrong_object_type: "42809"
}

it("every SQLSTATE that a function of the packages raises is on the page, and no other", () => {
  const raised = files("packages/*/sql/**/*.sql")
    .flatMap((path) => [...read(path).matchAll(/ERRCODE = '(\w+)'/g)].map(([, code]) => conditions[code!] ?? code!))
  expect(raised).toContain("RF001")
  expect([...firstColumn(states)].toSorted()).toEqual([...new Set(raised)].toSorted())
})

it("every error and every SQLSTATE has a remedy", () => {
  const rows = page("errors").split("\n").filter((line) => line.startsWith("| `"))
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()))
  expect(cells.filter(([, , when = "", remedy = ""]) => when === "" || remedy === "")).toEqual([])
})
