/** The packages that are published, and their tarballs: packed once, when this module is loaded. */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the workspace. */
export const root = fileURLToPath(new URL("../../..", import.meta.url))

/** The fields of a manifest that are used here. */
export interface Manifest {
  readonly name: string
  readonly version: string
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

/** All published packages. */
export const published: ReadonlyArray<Published> = Fs.globSync("packages/*/package.json", { cwd: root })
  .map((path): Published => ({
    folder: Path.join(root, Path.dirname(path)),
    manifest: JSON.parse(Fs.readFileSync(Path.join(root, path), "utf8"))
  }))
  .filter(({ manifest }) => manifest.private !== true)

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

/** The tarballs by the names of the packages. */
export const tarballs: ReadonlyMap<string, Buffer> = packAll()

/** Unpacks a package into a folder of modules, as `npm install` does: it leaves out the first folder of the tarball. */
export const unpack = (name: string, modules: string): void => {
  const target = Path.join(modules, name)
  Fs.mkdirSync(target, { recursive: true })
  execFileSync("tar", ["-xz", "-C", target, "--strip-components=1"], { input: tarballs.get(name) })
}
