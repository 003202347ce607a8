/*
 * A project outside of the workspace with the packed packages in its node_modules, and links only to the
 * packages that their manifests name: an undeclared dependency is not found.
 */
import { execFileSync, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
}

/** A package that is published. */
export interface Published {
  readonly folder: string
  readonly manifest: Manifest
}

/** All of them. */
export const published: ReadonlyArray<Published> = Fs.globSync("packages/*/package.json", { cwd: root })
  .map((path): Published => ({
    folder: Path.join(root, Path.dirname(path)),
    manifest: JSON.parse(Fs.readFileSync(Path.join(root, path), "utf8"))
  }))
  .filter(({ manifest }) => manifest.private !== true)

/** The exit code of a command, and its output. */
interface Outcome {
  readonly exit: number | null
  readonly printed: string
}

/** The project. */
export interface PackedProject {
  readonly folder: string
  /** Runs a program in it. */
  readonly run: (program: string, options: ReadonlyArray<string>) => Outcome
  /** The environment in which programs run. */
  readonly env: NodeJS.ProcessEnv
  /** Writes a file into it. */
  readonly write: (name: string, text: string) => void
  readonly remove: () => void
}

/** Makes the project, with the files of `project/`. Optional peers are left out if they are not wanted. */
export const make = ({ optionalPeers }: { readonly optionalPeers: boolean }): PackedProject => {
  // The real path: TypeScript compares the given paths with the targets of links.
  const folder = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-consumer-")))
  const modules = Path.join(folder, "node_modules")
  for (const { manifest: { name } } of published) unpack(name, modules)
  for (const one of published) {
    for (const name of needed(one.manifest, optionalPeers)) link(modules, name, Path.join(one.folder, "node_modules"))
  }
  for (const name of ["@types/node", "effect", "typescript"]) {
    link(modules, name, Path.join(root, "apps/consumer/node_modules"))
  }
  Fs.cpSync(Path.join(root, "apps/consumer/project"), folder, { recursive: true })
  const write = (name: string, text: string): void => Fs.writeFileSync(Path.join(folder, name), text)
  write("package.json", JSON.stringify({ private: true, type: "module" }))
  Fs.mkdirSync(Path.join(modules, ".bin"))
  Fs.symlinkSync("../typescript/bin/tsc", Path.join(modules, ".bin/tsc"))
  return { folder, write, run: run(folder), env: environment(), remove: () => Fs.rmSync(folder, { recursive: true }) }
}

const pack = ({ folder, manifest }: Published, scratch: string): readonly [name: string, tarball: Buffer] => {
  const options = ["pack", "--json", "--pack-destination", scratch]
  const { filename } = JSON.parse(execFileSync("pnpm", options, { cwd: folder, encoding: "utf8" }))
  return [manifest.name, Fs.readFileSync(Path.resolve(folder, filename))]
}

const packAll = (): ReadonlyMap<string, Buffer> => {
  const scratch = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-packed-"))
  try {
    return new Map(published.map((one) => pack(one, scratch)))
  } finally {
    Fs.rmSync(scratch, { recursive: true })
  }
}

const tarballs = packAll()

const unpack = (name: string, modules: string): void => {
  const target = Path.join(modules, name)
  Fs.mkdirSync(target, { recursive: true })
  // `npm install` of a tarball does the same: it leaves out the first folder.
  execFileSync("tar", ["-xz", "-C", target, "--strip-components=1"], { input: tarballs.get(name) })
}

const needed = (manifest: Manifest, optionalPeers: boolean): ReadonlyArray<string> =>
  [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}).filter(
      (name) => optionalPeers || manifest.peerDependenciesMeta?.[name]?.optional !== true
    )
  ].filter((name) => !published.some((other) => other.manifest.name === name))

const link = (modules: string, name: string, from: string): void => {
  const path = Path.join(modules, name)
  if (Fs.existsSync(path)) return
  Fs.mkdirSync(Path.dirname(path), { recursive: true })
  Fs.symlinkSync(Fs.realpathSync(Path.join(from, name)), path)
}

// Options for this run's Node, like the workspace's loader, are not the project's.
const environment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  return env
}

const run = (folder: string): PackedProject["run"] => (program, options) => {
  const { status, stderr, stdout } = spawnSync(program, options, { cwd: folder, encoding: "utf8", env: environment() })
  return { exit: status, printed: stdout + stderr }
}

/** The oldest Node on this machine that the packages promise to run on. */
export const oldestNode = (): string => {
  const major = (path: string): number =>
    Number(/^v(\d+)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[1])
  return [process.execPath, ...(process.env["PATH"] ?? "").split(Path.delimiter).map((path) => Path.join(path, "node"))]
    .filter((path) => Fs.existsSync(path) && major(path) >= 20)
    .toSorted((one, other) => major(one) - major(other))[0]!
}

/** The modules that users can import, by what they write in an import. */
export const publicModules = (folder: string): ReadonlyArray<string> =>
  published.flatMap(({ manifest: { name } }) => {
    const at = Path.join(folder, "node_modules", name)
    const indexFile = Path.join(at, "src/index.ts")
    // A package of a command alone has no modules.
    if (!Fs.existsSync(indexFile)) return []
    const index = Fs.readFileSync(indexFile, "utf8")
    // Files of an earlier build in dist have no source any more.
    const hasSource = (path: string) =>
      Fs.existsSync(Path.join(at, `src/${path}.ts`)) || index.includes(` ${path} from`)
    return Fs.globSync("**/*.d.ts", { cwd: Path.join(at, "dist") })
      .map((path) => path.replaceAll("\\", "/").slice(0, -".d.ts".length))
      .filter((path) => !path.split("/").includes("internal") && hasSource(path))
      .map((path) => path === "index" ? name : `${name}/${path}`)
  })
