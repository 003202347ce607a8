// What is in the tarballs: the sources and what is built of them, a licence and a README, and a manifest that can be installed.
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { published, root, unpack } from "./Published.ts"

const modules = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-tarballs-"))
afterAll(() => Fs.rmSync(modules, { recursive: true }))

const names = published.map(({ manifest: { name } }) => name)

describe.each(names)("the tarball of %s", (name) => {
  unpack(name, modules)
  const folder = Path.join(modules, name)
  const read = (path: string): string => Fs.readFileSync(Path.join(folder, path), "utf8")
  const manifest = JSON.parse(read("package.json"))
  const files = Fs.globSync("**", { cwd: folder, withFileTypes: true }).filter((file) => file.isFile())
    .map((file) => Path.relative(folder, Path.join(file.parentPath, file.name)).replaceAll("\\", "/"))

  it("has the licence of the workspace, and a README with an example", () => {
    expect(read("LICENSE")).toBe(Fs.readFileSync(Path.join(root, "LICENSE"), "utf8"))
    expect(read("README.md")).toMatch(/^```(?:sh|ts|js)$/m)
  })

  it("has what is built, its sources, SQL files and the template, and nothing else", () => {
    const allowed = /^(?:LICENSE|README\.md|package\.json|(?:dist|src|sql|template)\/.*)$/
    expect(files.filter((file) => !allowed.test(file))).toEqual([])
    expect(files.filter((file) => file.endsWith(".tsbuildinfo"))).toEqual([])
    expect(files.filter((file) => /\.test\./.test(file) && !file.startsWith("template/"))).toEqual([])
  })

  it("has the source of each source map and of each declaration map", () => {
    const maps = files.filter((file) => file.endsWith(".map"))
    expect(maps.length).toBeGreaterThan(0)
    const sources = maps.flatMap((map) =>
      JSON.parse(read(map)).sources.map((source: string) => Path.join(Path.dirname(map), source))
    )
    expect(sources.filter((source) => !files.includes(source))).toEqual([])
  })

  it("names the version of each other package of the workspace exactly, and runs nothing when it is installed", () => {
    const all: Record<string, string> = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.peerDependencies
    }
    const wrong = Object.entries(all).filter(([dependency, range]) =>
      names.includes(dependency) ? range !== manifest.version : /^(?:workspace|catalog):/.test(range)
    )
    expect(wrong).toEqual([])
    expect(Object.keys(manifest.scripts ?? {}).filter((script) => /install$|^prepare/.test(script))).toEqual([])
  })
})
