/** Fills the page of benchmarks from the findings of a run: `npm run bench:page -- FILE`, or again from those it has. */
import * as Fs from "node:fs"
import { fileURLToPath } from "node:url"
import type { Findings } from "../speed/Findings.ts"
import { fill, stored } from "./Page.ts"
import { plots } from "./Plots.ts"

// The same folder from the sources and from what is compiled.
const docs = (path: string): string => fileURLToPath(new URL(`../../../../docs/${path}`, import.meta.url))

const given = process.argv[2]
if (given !== undefined) {
  const findings = JSON.parse(Fs.readFileSync(given, "utf8")) as Findings
  Fs.writeFileSync(docs("outputs/bench.json"), stored(findings))
}
const findings = JSON.parse(Fs.readFileSync(docs("outputs/bench.json"), "utf8")) as Findings

const page = docs("src/content/docs/reference/benchmarks.mdx")
Fs.writeFileSync(page, fill(Fs.readFileSync(page, "utf8"), findings))

const pictures = docs("src/assets/bench")
Fs.mkdirSync(pictures, { recursive: true })
for (const [name, svg] of plots(findings)) Fs.writeFileSync(`${pictures}/${name}.svg`, svg)
