/** The ends of the ranges of versions in which the published packages take what they share with an application. */
import { execFileSync } from "node:child_process"
import { published } from "../test/Published.ts"

/** An end of the ranges. */
export type End = "lowest" | "newest"

/** The ends that are checked: with `REFOLD_PEERS=lowest` one, which no release of another project changes. */
export const ends: ReadonlyArray<End> = process.env["REFOLD_PEERS"] === "lowest" ? ["lowest"] : ["lowest", "newest"]

const all = published.flatMap(({ manifest: { peerDependencies } }) => Object.entries(peerDependencies ?? {}))

/** The ranges of a peer in the manifests: one, or an installation of all packages has no version that suits them. */
export const ranges: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  all.map(([name]) => [name, new Set(all.filter(([other]) => other === name).map(([, range]) => range))])
)

/** The first version that a range names. */
const lowestOf = (range: string): string => /\d+\.\d+\.\d+/.exec(range)![0]

/** The newest version of a range in the registry. */
const newestOf = (name: string, range: string): string => {
  const options = ["view", `${name}@${range}`, "version", "--json", "--loglevel=error"]
  // One version, or several in ascending order.
  return [JSON.parse(execFileSync("npm", options, { encoding: "utf8" }))].flat().at(-1)
}

/** The versions at the ends that are checked, by the names of the peers. */
export const versions: ReadonlyMap<string, Readonly<Record<End, string>>> = new Map(
  [...ranges].map(([name, [range]]) => {
    const lowest = lowestOf(range!)
    return [name, { lowest, newest: ends.includes("newest") ? newestOf(name, range!) : "not checked" }]
  })
)

/** The versions at an end in words: `effect 4.1.0 (at both ends), vitest 3.2.0`. */
export const described = (end: End): string =>
  [...versions].map(([name, version]) =>
    `${name} ${version[end]}${version.lowest === version.newest ? " (at both ends)" : ""}`
  ).join(", ")
