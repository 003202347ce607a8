/** The versions of the measured stores. */
import * as Fs from "node:fs"
import { createRequire } from "node:module"
import * as Path from "node:path"
import { entryOf, type PeerName } from "./Peers.ts"

/** By the label of a store, its npm package and version; of Refold, those that it is built on. */
export const of = (names: ReadonlyArray<PeerName>): Readonly<Record<string, string>> => ({
  ...described("Effect", "effect"),
  ...described("Refold's driver", "@effect/sql-pg"),
  ...Object.assign({}, ...names.map((name) => described(entryOf(name).label, entryOf(name).npm)))
})

const described = (label: string, npm: string | undefined): Readonly<Record<string, string>> =>
  npm === undefined ? {} : { [label]: `${npm} ${versionOf(npm)}` }

const versionOf = (npm: string): string => {
  // Not every package exports its manifest.
  const manifest = (createRequire(import.meta.url).resolve.paths(npm) ?? [])
    .map((folder) => Path.join(folder, npm, "package.json")).find((path) => Fs.existsSync(path))
  if (manifest === undefined) return "of an unknown version"
  return (JSON.parse(Fs.readFileSync(manifest, "utf8")) as { readonly version: string }).version
}
