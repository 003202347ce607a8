import { defineConfig } from "@refold/cli"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { Aggregate, EventCodec } from "refold"
import { afterAll, expect, it } from "vitest"
import { problemOf } from "../src/internal/config/CheckConfig.ts"
import { run } from "./support/Cli.ts"
import config from "./support/shop/refold.config.ts"
import { balances, Wallet } from "./support/shop/Wallet.ts"

it.each<[config: unknown, problem: string]>([
  [undefined, "must export a config by default: export default defineConfig({ … })"],
  [
    { projection: [] },
    "\"projection\" is no field of a config: the fields are schema, codecs, aggregates, projections, processes, consumers, services"
  ],
  [{ schema: 1 }, "schema must be a text"],
  [{ services: {} }, "services must be a Layer"],
  [{ aggregates: Wallet }, "aggregates must be an array"],
  [{ aggregates: [Wallet, Wallet.events] }, "aggregates[1] must be an Aggregate"],
  [{ projections: [Wallet] }, "projections[0] must be a Projection or a SqlProjection"],
  [{ processes: [balances({ repaired: true })] }, "processes[0] must be a Process or a Saga"],
  [{ consumers: [null] }, "consumers[0] must be a Consumer"],
  [{ codecs: [EventCodec.make([])] }, "codecs[0] must be an EventCodec, and is a Result: make it with makeUnsafe"],
  [
    { aggregates: [Wallet, Aggregate.makeUnsafe({ ...Wallet, commands: undefined, snapshots: undefined })] },
    "aggregates[1] must have another category than those before it: \"wallet\""
  ]
])("a config that breaks a rule names the field: %#", (config, problem) => {
  expect(problemOf(config)).toBe(problem)
})

it("a config with every kind of definition is taken", () => {
  expect(problemOf(config)).toBeUndefined()
  expect(problemOf(defineConfig({ schema: "shop", codecs: [Wallet.events], services: Layer.empty }))).toBeUndefined()
  expect(problemOf({})).toBeUndefined()
})

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-config-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))

it.each<[file: string, text: string, problem: string]>([
  [
    "refold.config.ts",
    "export const config: object = {}",
    "must export a config by default: export default defineConfig({ … })"
  ],
  ["refold.config.mjs", "export default { aggregates: 1 }", "aggregates must be an array"],
  ["refold.config.js", "export default { schema: ['a'] }", "schema must be a text"],
  ["refold.config.mts", "throw new RangeError(\"no\\nway\")", "RangeError: no\\u000away"]
])("%s is loaded, and an error in it names the file", async (file, text, problem) => {
  Fs.writeFileSync(Path.join(folder, file), text)
  const ended = await run(["status", "--embedded", folder], { cwd: folder })
  Fs.rmSync(Path.join(folder, file))
  expect(ended).toEqual({ code: 2, out: "", err: `refold: ${file}: ${problem}\n` })
})
