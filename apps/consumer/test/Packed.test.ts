// The packages as their users get them: what compiles here compiles in their projects, whatever their compiler options.
import * as Fs from "node:fs"
import { afterAll, describe, expect, it } from "vitest"
import * as PackedProject from "./PackedProject.ts"
import { published } from "./Published.ts"
import { compilerOptions, examples, examplesPrinted, oldestNode, refold, tsc, writeAllModules } from "./UserProject.ts"

describe("a project with the packed packages", () => {
  const project = PackedProject.make({ optionalPeers: true })
  afterAll(project.remove)

  it.each([true, false])("compiles every public module with exactOptionalPropertyTypes: %s", (exact) => {
    expect(writeAllModules(project)).toBeGreaterThan(published.length)
    const files = ["all.ts", ...examples]
    const options = { ...compilerOptions, noEmit: true, exactOptionalPropertyTypes: exact }
    project.write("tsconfig.json", JSON.stringify({ compilerOptions: options, files }))
    expect(project.run(process.execPath, tsc)).toEqual({ exit: 0, printed: "" })
  })

  it("runs the examples of the packages' READMEs, on the oldest Node", () => {
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: examples }))
    expect(project.run(process.execPath, tsc)).toEqual({ exit: 0, printed: "" })
    expect(project.run(oldestNode(), ["examples.mjs"])).toEqual({ exit: 0, printed: examplesPrinted })
  })

  it("has the command refold, which makes a store and loads a config, on the oldest Node", () => {
    const onFolder = (...args: ReadonlyArray<string>) =>
      project.run(oldestNode(), [refold, ...args, "--embedded", "data"])
    project.write("refold.config.ts", "enum Schema { shop }\nexport default { schema: Schema[0] }\n")
    expect(onFolder("migrate", "--yes")).toEqual({
      exit: 0,
      printed: "{\"migration\":\"0001_baseline\",\"status\":\"applied\"}\n"
    })
    expect(onFolder("status").printed).toBe("{\"kind\":\"log\",\"head\":0,\"last\":0,\"heldBackBy\":[]}\n")
    const other = onFolder("status", "--schema", "refold")
    expect(other.exit).toBe(1)
    expect(other.printed).toContain("the schema \"refold\" does not exist: run \"refold migrate\"")
  })
})

describe("a project without optional peers, on the oldest Node", () => {
  const project = PackedProject.make({ optionalPeers: false })
  afterAll(project.remove)
  const node = oldestNode()
  project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["Counter.ts", "Promised.ts"] }))
  const compiled = project.run(process.execPath, tsc)

  it("has its program compiled", () => {
    expect(compiled).toEqual({ exit: 0, printed: "" })
  })

  it("runs refold on the store in memory", () => {
    expect(project.run(node, ["main.mjs"])).toEqual({ exit: 0, printed: "[3,7]\n" })
  })

  it("has the command refold, which names the package that the embedded database needs", () => {
    expect(project.run(node, [refold, "migrate", "--yes", "--embedded", "data"])).toEqual({
      exit: 1,
      printed:
        "refold: The embedded PostgreSQL needs the package @electric-sql/pglite: npm install @electric-sql/pglite\n"
    })
  })

  it("runs refold with promises", () => {
    expect(project.run(node, ["promises.mjs"])).toEqual({ exit: 0, printed: "[3,\"TooFar\",true,1]\n" })
  })

  it("runs the examples of a Spec under node:test, and passes right ones and fails wrong ones", () => {
    const { exit, printed } = project.run(node, ["--test", "--test-reporter=tap", "counter.spec.mjs"])
    expect(exit).toBe(1)
    expect(printed).toMatch(/^# pass 1$/m)
    expect(printed).toMatch(/^# fail 1$/m)
    expect(printed).toContain("AssertionError")
  })
})

it("every published package is one that this package depends on, so that it is built before", () => {
  const { devDependencies }: { readonly devDependencies: object } = JSON.parse(
    Fs.readFileSync(new URL("../package.json", import.meta.url), "utf8")
  )
  for (const { manifest: { name } } of published) expect(devDependencies).toHaveProperty([name])
})

describe("the driver of @refold/postgres", () => {
  const { manifest: { peerDependencies } } = published.find(({ manifest: { name } }) => name === "@refold/postgres")!
  const range = /^~(\d+)\.(\d+)\.(\d+)$/.exec(peerDependencies?.["@effect/sql-pg"] ?? "")?.slice(1).map(Number)
  const driver = new URL("../../../packages/postgres/node_modules/@effect/sql-pg/package.json", import.meta.url)
  const { version }: { readonly version: string } = JSON.parse(Fs.readFileSync(driver, "utf8"))

  it("may be any patch of the version that the tests run with, which its users can install without a release here", () => {
    const [major, minor, patch] = version.split(".").map(Number)
    expect(range).toEqual([major, minor, expect.any(Number)])
    expect(range![2]).toBeLessThanOrEqual(patch!)
  })
})
