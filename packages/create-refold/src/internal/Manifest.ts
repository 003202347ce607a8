/**
 * The versions that a project gets: those that the template is compiled and tested with. They are the development
 * dependencies of this package: packing replaces the workspace's references by versions.
 */
import { readFileSync } from "node:fs"

interface Manifest {
  readonly version: string
  readonly devDependencies: Readonly<Record<string, string>>
}

// The package's own manifest: an object with these fields, as npm requires.
const own: Manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

/** The version of this package. */
export const version: string = own.version

/** The major version of Node that the template is compiled for. */
export const nodeMajor: string = /^\d+/.exec(own.devDependencies["@types/node"] ?? "")?.[0] ?? ""

/** A manifest of the template with the versions of its dependencies. */
export const withVersions = (text: string): string => {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(text)
  const filled = Object.entries(manifest).map(([field, value]) =>
    field === "dependencies" || field === "devDependencies"
      ? [field, versionsOf(Object.keys(Object(value)))]
      : [field, value]
  )
  return `${JSON.stringify(Object.fromEntries(filled), null, 2)}\n`
}

const versionsOf = (names: ReadonlyArray<string>) =>
  Object.fromEntries(names.map((name) => {
    const found = own.devDependencies[name]
    if (found === undefined) throw new Error(`${name} is no dependency of the template`)
    return [name, found]
  }))
