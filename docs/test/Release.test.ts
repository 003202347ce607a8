// How a release is made: the next version from the changesets and the changelog, and what must be there before it is published.
import { execFileSync, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { root } from "./Quotes.ts"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly repository?: unknown
  readonly [key: string]: unknown
}

let folder = ""

const write = (path: string, text: string): void => {
  const file = Path.join(folder, path)
  Fs.mkdirSync(Path.dirname(file), { recursive: true })
  Fs.writeFileSync(file, text)
}

const read = (path: string): string => Fs.readFileSync(Path.join(folder, path), "utf8")

const paths = Fs.globSync("{packages,apps}/*/package.json", { cwd: root })

const manifests = (): ReadonlyArray<Manifest & { readonly path: string }> =>
  paths.map((path) => ({ path, ...JSON.parse(read(path)) }))

const change = (path: string, changes: object): void =>
  write(path, JSON.stringify({ ...JSON.parse(read(path)), ...changes }))

// The manifests of the workspace, with another changelog and without changesets.
beforeEach(() => {
  folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-release-"))
  for (const path of [...paths, "package.json", "pnpm-workspace.yaml", ".changeset/config.json"]) {
    write(path, Fs.readFileSync(Path.join(root, path), "utf8"))
  }
  for (const { path } of manifests()) change(path, { version: "0.1.0" })
  write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A line.\n")
  execFileSync("git", ["init", "--quiet", "--initial-branch=main"], { cwd: folder })
})
afterEach(() => Fs.rmSync(folder, { recursive: true, force: true }))

const run = (script: string, env: NodeJS.ProcessEnv = {}) => {
  const path = [Path.join(root, "node_modules/.bin"), process.env["PATH"]].join(Path.delimiter)
  const { GITHUB_REPOSITORY: _, ...ours } = process.env
  const { status, stderr, stdout } = spawnSync(process.execPath, [Path.join(root, "scripts", script)], {
    cwd: folder,
    encoding: "utf8",
    env: { ...ours, PATH: path, ...env }
  })
  return { exit: status, printed: `${stdout}${stderr}` }
}

const today = new Date().toISOString().slice(0, 10)

describe("npm run release:version", () => {
  it("gives the version of the manifests to what is unreleased, in the first release", () => {
    expect(run("release-version.mjs")).toMatchObject({ exit: 0 })
    expect(read("CHANGELOG.md")).toBe(
      `# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - ${today}\n\n### Added\n\n- A line.\n`
    )
  })

  it("raises all published packages by the largest changeset, and writes no changelog of a package", () => {
    write(".changeset/one.md", "---\n\"@refold/core\": patch\n---\n\none\n")
    write(".changeset/two.md", "---\n\"@refold/http\": minor\n---\n\ntwo\n")
    const before = manifests()
    expect(run("release-version.mjs")).toMatchObject({ exit: 0 })
    expect(manifests()).toEqual(
      before.map((manifest) => ({ ...manifest, version: manifest.private === true ? "0.1.0" : "0.2.0" }))
    )
    expect(read("CHANGELOG.md")).toContain(`## [0.2.0] - ${today}`)
    expect(Fs.globSync("**/CHANGELOG.md", { cwd: folder })).toEqual(["CHANGELOG.md"])
    expect(Fs.readdirSync(Path.join(folder, ".changeset"))).toEqual(["config.json"])
  })

  it("refuses a release without changesets after the first one, and one without a line of the changelog", () => {
    expect(run("release-version.mjs")).toMatchObject({ exit: 0 })
    expect(run("release-version.mjs")).toMatchObject({ exit: 1, printed: expect.stringContaining("npm run changeset") })
    write(".changeset/one.md", "---\nrefold: patch\n---\n\none\n")
    const { exit, printed } = run("release-version.mjs")
    expect({ exit, printed }).toEqual({
      exit: 1,
      printed: "release:version: CHANGELOG.md has nothing under [Unreleased]\n"
    })
    expect(Fs.existsSync(Path.join(folder, ".changeset/one.md"))).toBe(true)
  })
})

describe("npm run release:ready", () => {
  const host = "https://code.example/someone/refold"
  const published = () => manifests().filter((manifest) => manifest.private !== true)
  const repositoryOf = (path: string) => ({ type: "git", url: `git+${host}.git`, directory: Path.dirname(path) })

  const prepare = () => {
    for (const { path } of published()) change(path, { repository: repositoryOf(path) })
    run("release-version.mjs")
  }

  it("accepts packages with a repository, one version and a section of the changelog", () => {
    prepare()
    expect(run("release-ready.mjs")).toEqual({
      exit: 0,
      printed: `${published().length} packages are ready to be published as 0.1.0\n`
    })
  })

  it("names the manifest and the field where the repository is missing", () => {
    prepare()
    change("packages/core/package.json", { repository: undefined })
    const { exit, printed } = run("release-ready.mjs")
    expect(exit).toBe(1)
    expect(printed).toMatch(/^packages\/core\/package\.json: "repository" is missing; provenance needs it: \{.*\}\n$/)
  })

  it.each([
    { changes: { repository: { type: "git", url: `git+${host}.git` } }, problem: "\"repository.directory\" must be" },
    { changes: { repository: { url: "<address>", directory: "packages/core" } }, problem: "not the address" },
    { changes: { version: "0.0.9" }, problem: "different versions: 0.1.0, 0.0.9" },
    { changes: { publishConfig: { access: "public" } }, problem: "\"publishConfig.provenance\" must be true" },
    { changes: { publishConfig: { provenance: true } }, problem: "\"publishConfig.access\" must be \"public\"" }
  ])("refuses a package: $problem", ({ changes, problem }) => {
    prepare()
    change("packages/core/package.json", changes)
    expect(run("release-ready.mjs")).toMatchObject({ exit: 1, printed: expect.stringContaining(problem) })
  })

  it("refuses a changeset that is left, and a version that the changelog does not have", () => {
    prepare()
    write(".changeset/one.md", "---\nrefold: patch\n---\n\none\n")
    write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")
    const { exit, printed } = run("release-ready.mjs")
    expect(exit).toBe(1)
    expect(printed).toContain(".changeset/one.md: is not released yet")
    expect(printed).toContain("CHANGELOG.md: has no section \"## [0.1.0] - <date>\"")
  })

  it("refuses a repository other than the one that the workflow builds", () => {
    prepare()
    const env = { GITHUB_SERVER_URL: "https://code.example", GITHUB_REPOSITORY: "someone/refold" }
    expect(run("release-ready.mjs", env)).toMatchObject({ exit: 0 })
    const fork = run("release-ready.mjs", { ...env, GITHUB_REPOSITORY: "other/refold" })
    expect(fork).toMatchObject({
      exit: 1,
      printed: expect.stringContaining("https://code.example/other/refold is built")
    })
  })
})
