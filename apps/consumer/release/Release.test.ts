// What a release would publish: each package passes a publication that uploads nothing, and an empty project in which npm installs
// all of them compiles and runs, with the lowest and with the newest versions of their peers.
import { execFileSync } from "node:child_process"
import { afterAll, describe, expect, it } from "vitest"
import { published } from "../test/Published.ts"
import {
  compilerOptions,
  examples,
  examplesPrinted,
  oldestNode,
  refold,
  tsc,
  writeAllModules
} from "../test/UserProject.ts"
import * as InstalledProject from "./InstalledProject.ts"
import * as Peers from "./Peers.ts"

it.each(published)("$manifest.name can be published", ({ folder, manifest: { name, version } }) => {
  const options = ["publish", "--dry-run", "--no-git-checks", "--json"]
  const summary = JSON.parse(execFileSync("pnpm", options, { cwd: folder, encoding: "utf8" }))
  expect(summary).toMatchObject({ name, version })
})

it.each([...Peers.ranges])("all packages take %s in the same range", (_, ranges) => {
  expect(ranges.size).toBe(1)
})

const nodes = { lowest: oldestNode(), newest: process.execPath }

describe.each(Peers.ends)("a project with the %s peers", (end) => {
  const node = nodes[end]
  const wanted = Object.fromEntries([...Peers.versions].map(([name, version]) => [name, version[end]]))
  const project = InstalledProject.make(wanted)
  afterAll(project.remove)

  it(`gets ${Peers.described(end)}`, () => {
    expect(project.installed).toMatchObject({ exit: 0 })
    const names = Object.keys(wanted)
    expect(Object.fromEntries(names.map((name) => [name, project.versionOf(name)]))).toEqual(wanted)
  })

  it("compiles every public module and the examples of the READMEs", () => {
    expect(writeAllModules(project)).toBeGreaterThan(published.length)
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["all.ts", ...examples] }))
    expect(project.run(process.execPath, tsc)).toEqual({ exit: 0, printed: "" })
  })

  it("runs the examples, on the server at DATABASE_URL or on the embedded database", () => {
    expect(project.run(node, ["examples.mjs"])).toEqual({ exit: 0, printed: examplesPrinted })
  })

  it("runs examples and laws under Vitest", () => {
    const options = ["node_modules/vitest/vitest.mjs", "run", "--reporter=tap", "counter.laws.test.mjs"]
    const { exit, printed } = project.run(node, options)
    expect({ exit, printed }).toMatchObject({ exit: 0 })
    expect(printed).toContain("counting goes on from what was counted")
  })

  it("has the command refold", () => {
    expect(project.run(node, [refold, "migrate", "--yes", "--embedded", "data"])).toMatchObject({ exit: 0 })
  })
})
