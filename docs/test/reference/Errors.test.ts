import * as Option from "effect/Option"
import { inspect } from "node:util"
import * as Refold from "refold"
import { expect, it } from "vitest"
import { files, firstColumn, page, read } from "./Page.ts"

const [tags = "", states = ""] = page("errors").split("## SQLSTATEs")

// Errors of the store with promises, which `refold/promise` exports.
const ofPromises = [
  "packages/store/src/decide/internal/Refused.ts",
  "packages/store/src/promise/internal/StoreErrors.ts"
]

const isPublic = (path: string): boolean => !path.includes("/internal/") || ofPromises.includes(path)

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

/** A name with which a line of a log could be forged: a line break, an escape sequence of a terminal, a line separator. */
const forged = "a\n\u001b[31mb\u009b31mc\u2028d"

/** Fields of all errors. Those that are texts have the name. */
const fields = {
  ...Object.fromEntries(
    [
      "category",
      "column",
      "field",
      "id",
      "key",
      "name",
      "object",
      "operation",
      "projection",
      "reason",
      "remedy"
    ]
      .concat(["right", "rule", "stream", "table", "tag", "type", "stage"]).map((field) => [field, forged])
  ),
  ...Object.fromEntries(
    ["checkpoint", "last", "latest", "live", "position", "schemaVersion", "stored", "version"].map((
      field
    ) => [field, 1])
  ),
  actual: Option.none(),
  cause: new Error(forged),
  differences: [forged],
  eventIds: [forged],
  expected: Refold.ExpectedVersion.NoStream,
  known: [forged],
  issues: [{ path: forged, message: forged }],
  reached: Option.none(),
  reconciliation: Object.fromEntries(
    ["differences", "extra", "missing", "skipped", "unreadable"].map((list) => [list, { count: 1, first: [forged] }])
  ),
  refusal: forged,
  row: { [forged]: forged }
}

const exportedBy = async (name: string, module: string): Promise<Readonly<Record<string, unknown>>> =>
  ofPromises.includes(`packages/${name}/src/${module}.ts`)
    ? import("refold/promise")
    : ["core", "store", "memory"].includes(name)
    ? Reflect.get(Refold, module.split("/").at(-1)!)
    : import(`@refold/${name}/${module}`)

type Tagged = new(fields: object) => Error

/** The class of every tagged error of a public module, by its tag. */
const classes = async (): Promise<ReadonlyArray<readonly [tag: string, Tagged]>> => {
  const all: Array<readonly [string, Tagged]> = []
  for (const path of files("packages/*/src/**/*.ts").filter(isPublic)) {
    const tags = [...read(path).matchAll(/TaggedError\("(\w+)"\)/g)].map(([, tag]) => tag!)
    if (tags.length === 0) continue
    const [, name, module] = /^packages\/(\w+)\/src\/(.*)\.ts$/.exec(path)!
    const exported = await exportedBy(name!, module!)
    for (const tag of tags) all.push([tag, exported[tag] as Tagged])
  }
  return all
}

it("the message of every tagged error has escapes in place of the line breaks and escape characters of a name", async () => {
  for (const [tag, Tagged] of await classes()) {
    expect([tag, new Tagged(fields).message]).toEqual([tag, expect.not.stringMatching(/[\p{Cc}\u2028\u2029]/u)])
  }
})

it("Node prints every tagged error with its tag, message, stack and fields", async () => {
  // Node puts an own `name` in front of a stack that does not have it.
  const others = Object.fromEntries(Object.entries(fields).filter(([field]) => field !== "name"))
  for (const [tag, Tagged] of await classes()) {
    const error = new Tagged(others)
    const printed = inspect(error)
    expect(printed.startsWith(`${tag}: ${error.message}\n    at `)).toBe(true)
    expect([tag, printed]).toEqual([tag, expect.stringContaining("\n  differences: [")])
    expect(inspect({ a: { b: { c: error } } })).toContain(`c: [${tag}: ${error.message}]`)
  }
})
