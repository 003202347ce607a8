import { SizeLimits } from "refold"
import { describe, expect, it } from "vitest"
import { read } from "../reference/Page.ts"

const [, section = ""] = read("docs/src/content/docs/concepts/limits.md").split(/^## /m)

/** The rows of the table of limits: what, limit, option. */
const rows = [...section.matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\| ([^|]+?) +\| [^|]+ \|$/gm)].map(([, ...cells]) =>
  cells
)

/** The numbers in the limit of a row. */
const numbersOf = (what: string): ReadonlyArray<string> => {
  const [, limit = ""] = rows.find(([name]) => name?.startsWith(what)) ?? []
  return limit.match(/\d+(?:,\d{3})*/g) ?? []
}

const shown = (limit: number): string => limit.toLocaleString("en-US")

/** The value of a constant or a field in a source: a product of numbers. */
const valueOf = (path: string, name: string): number => {
  const [, product] = new RegExp(`\\b${name}(?: =|:) ([\\d_]+(?: \\* [\\d_]+)*)`).exec(read(path)) ?? []
  if (product === undefined) throw new Error(`${path} has no number "${name}"`)
  return product.split(" * ").reduce((value, factor) => value * Number(factor.replaceAll("_", "")), 1)
}

const core = "packages/core/src"

const sources: ReadonlyArray<readonly [what: string, path: string, name: string]> = [
  ["stream name", `${core}/event/StreamName.ts`, "maxLength"],
  ["event type", `${core}/event/NewEvent.ts`, "maxNameLength"],
  ["name and id", `${core}/process/Process.ts`, "maxStreamLength"],
  ["instances", `${core}/process/Process.ts`, "maxInstances"],
  ["schema version", `${core}/event/NewEvent.ts`, "maxSchemaVersion"],
  ["nesting", `${core}/event/Json.ts`, "maxDepth"],
  ["lines in a batch of an import", "packages/store/src/maintain/internal/ImportLines.ts", "maxItems"],
  ["lines in a batch of an import", "packages/store/src/maintain/internal/ImportLines.ts", "maxLength"],
  ["streams in a commit", `${core}/journal/Commit.ts`, "maxWrites"],
  ["appends of a program", "packages/postgres/src/log/internal/AppendQueue.ts", "defaultSize"],
  ["writes, events", "packages/postgres/src/log/internal/AppendBatch.ts", "maxWrites"],
  ["writes, events", "packages/postgres/src/log/internal/AppendBatch.ts", "maxEvents"],
  ["writes, events", "packages/postgres/src/log/internal/AppendBatch.ts", "maxLength"],
  ["streams on a page", "packages/postgres/src/log/internal/LogBrowserAdapter.ts", "pageSize"],
  ["events of the log", "packages/store/src/log/internal/ReadPart.ts", "maxEvents"],
  ["rows on a page", `${core}/project/RowQuery.ts`, "maxLimit"],
  ["fields of an index", `${core}/project/internal/RowIndex.ts`, "maxFields"],
  ["text in the fields", `${core}/project/internal/RowValue.ts`, "maxText"],
  ["cursor", "packages/store/src/log/Cursor.ts", "maxLength"],
  ["events of a page", "packages/postgres/src/log/internal/EventRow.ts", "pageEvents"],
  ["events of a page", "packages/postgres/src/log/internal/EventRow.ts", "pageBytes"],
  ["events in a batch", "packages/store/src/project/internal/CatchUp.ts", "batchSize"],
  ["events in a batch", "packages/store/src/project/internal/ReadBatch.ts", "maxBytes"],
  ["rows that a batch", "packages/store/src/project/internal/CatchUp.ts", "batchRows"],
  ["partitions of", "packages/store/src/project/Partitions.ts", "maximum"],
  ["events of `startOn`", `${core}/process/internal/SagaTransition.ts`, "maxEarlier"],
  ["reason of a failure", `${core}/event/internal/Reason.ts`, "maxLength"]
]

describe("the table of limits", () => {
  it.each(sources)("has for %s the number of %s, %s", (what, path, name) => {
    expect(numbersOf(what)).toContain(shown(valueOf(path, name)))
  })

  it.each(
    [
      ["data of an event", "eventData"],
      ["metadata of an event", "eventMetadata"],
      ["data and metadata of a commit", "commit"]
    ] as const
  )("has for %s the default of limits.%s, and that option", (what, option) => {
    expect(numbersOf(what)).toContain(shown(SizeLimits.defaults[option]))
    expect(rows.find(([name]) => name?.startsWith(what))?.[2]).toBe(`\`limits.${option}\``)
  })
})
