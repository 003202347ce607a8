import { describe, expect, it } from "vitest"
import { firstColumn, page, read } from "./Page.ts"

const [, ...sections] = page("configuration").split(/^## /m)

/** The options in the tables of a section, by its heading. */
const documented = (heading: string): ReadonlyArray<string> =>
  firstColumn(sections.find((section) => section.startsWith(`${heading}\n`)) ?? "").toSorted()

/** The fields of an interface, or of an object type in the parameters of a function, in a source. */
const fieldsOf = (path: string, start: string): ReadonlyArray<string> => {
  const source = read(path)
  const from = source.indexOf(start)
  if (from < 0) throw new Error(`${path} has no "${start}"`)
  const body = source.slice(from, source.indexOf("\n}", from))
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!)
}

const postgres = "packages/postgres/src/PostgresStore.ts"
const options = "packages/postgres/src/schema/internal/StoreOptions.ts"
const store = "packages/store/src"
const legacy = "packages/legacy/src/LegacyMapping.ts"
const http = "packages/http/src/internal/Definition.ts"
const command = `${store}/decide/internal/HandleAttempt.ts`
const reads = "packages/core/src/journal/ReadOptions.ts"
const reader = `${store}/log/EventReader.ts`

/** For each section, the interfaces whose fields it lists. */
const sources: Readonly<Record<string, ReadonlyArray<readonly [path: string, start: string]>>> = {
  "PostgresStore.layer": [
    [postgres, "interface ServerOptions"],
    ["packages/postgres/src/schema/internal/ServerClient.ts", "interface PoolOptions"],
    [options, "interface StoreOptions"]
  ],
  "PostgresStore.layerEmbedded": [["packages/postgres/src/embedded/Embedded.ts", "interface Options"]],
  "PostgresStore.layerClient": [[postgres, "interface ClientOptions"]],
  "MemoryStore.layerWith": [["packages/memory/src/MemoryStore.ts", "interface StoreOptions"]],
  "CommandHandler.make": [[`${store}/decide/CommandHandler.ts`, "interface HandlerOptions"]],
  "A command": [[command, "interface HandleOptions"], [`${store}/decide/Together.ts`, "interface TogetherOptions"]],
  Snapshots: [["packages/core/src/decide/Aggregate.ts", "interface SnapshotDefinition"]],
  Projector: [
    [`${store}/project/internal/CatchUp.ts`, "interface CatchUpOptions"],
    [`${store}/project/internal/ProjectionTarget.ts`, "interface FoldLimits"],
    [`${store}/project/internal/ParkingPolicy.ts`, "interface ParkingPolicy"]
  ],
  "ReadModel.awaitPosition": [[`${store}/project/ReadModel.ts`, "interface AwaitOptions"]],
  "ReadModel.query": [["packages/core/src/project/RowQuery.ts", "interface RowQuery"]],
  SqlProjection: [["packages/postgres/src/project/SqlProjection.ts", "interface Definition"]],
  ProcessRunner: [[`${store}/process/internal/RunnerOptions.ts`, "interface Options"]],
  "Consumer.make": [[`${store}/consume/internal/Definition.ts`, "interface Definition"]],
  "Consumer.run": [[`${store}/consume/Consumer.ts`, "interface Options"]],
  "IdempotencyKeys.expire": [[`${store}/log/IdempotencyKeys.ts`, "interface Policy"]],
  "IdempotencyKeys.keepFor": [[`${store}/log/IdempotencyKeys.ts`, "interface Daemon"]],
  "Store.importLines": [[`${store}/maintain/Store.ts`, "interface ImportOptions"]],
  "Store.verify": [[`${store}/maintain/Store.ts`, "interface VerifyOptions"]],
  "EventReader.readAll": [
    [reads, "interface Filter"],
    [reads, "interface ReadAllOptions"],
    [reads, "interface Columns"],
    [reader, "interface ReadLogOptions"]
  ],
  "EventReader.subscribe": [[reader, "interface SubscribeOptions"]],
  "Observer.observe": [[`${store}/log/Observer.ts`, "interface ObserveOptions"]],
  "Http.make": [[http, "interface Definition<"]],
  "Http.make: events": [[http, "interface EventsOptions"]],
  "Http.make: limits": [[http, "interface Limits"]],
  "Http.aggregate": [["packages/http/src/internal/AggregateResource.ts", "interface AggregateOptions"]],
  LegacyTable: [[legacy, "interface Definition"]],
  "LegacyTable.seed": [[legacy, "interface SeedOptions"]],
  "LegacyTable.switchOver": [[legacy, "interface SwitchOptions"]],
  "refold.config.ts": [["packages/cli/src/Config.ts", "interface Config"]]
}

describe("the page of options", () => {
  it.each(Object.entries(sources))("lists every option of %s, and no other", (heading, interfaces) => {
    const fields = interfaces.flatMap(([path, start]) => fieldsOf(path, start))
    expect(fields.length).toBeGreaterThan(0)
    expect(documented(heading)).toEqual(fields.toSorted())
  })

  it("has a default for every option", () => {
    const rows = sections.join("\n").split("\n")
      .filter((line) => line.startsWith("| `"))
    expect(rows.filter((row) => (row.split("|")[3] ?? "").trim() === "")).toEqual([])
  })
})
