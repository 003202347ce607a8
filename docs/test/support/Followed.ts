/** Follows pages word by word, in an empty folder: chooses a tab, creates files, runs commands, collects what these print. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { regionOf, root } from "../Quotes.ts"
import { run } from "./Program.ts"

/** A command of a page, what it printed, and what the page shows below it; undefined where it shows nothing. */
export interface Followed {
  readonly page: string
  readonly command: string
  readonly printed: string
  readonly shown: string | undefined
}

/** The tabs of the pages, of which a reader follows one. */
export const doors = ["Effect", "Promises"] as const
export type Door = (typeof doors)[number]

interface Fence {
  readonly language: string
  readonly quote: string | undefined
  readonly title: string
  readonly text: string
}

const read = (page: string): string => Fs.readFileSync(Path.join(root, "docs/src/content/docs", page), "utf8")

const tab = /^<TabItem label="(\w+)">$([\s\S]*?)^<\/TabItem>$/gm

/** The labels of the tabs of a page, in their order. */
export const tabsOf = (page: string): ReadonlyArray<string> => [...read(page).matchAll(tab)].map(([, label]) => label!)

const fencesOf = (page: string, door: Door): ReadonlyArray<Fence> => {
  const text = read(page).replaceAll(tab, (_, label, shown) => label === door ? shown : "")
  return [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language, meta, body]) => ({
    language: language!,
    quote: /quote="([^"]+)"/.exec(meta!)?.[1],
    title: /title="([^"]+)"/.exec(meta!)?.[1] ?? "",
    text: body!
  }))
}

/** An empty folder in which the packages can be imported. */
export const prepare = (folder: string): void => {
  Fs.symlinkSync(Path.join(root, "docs/node_modules"), Path.join(folder, "node_modules"))
  Fs.writeFileSync(Path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
}

/** Follows one tab of a page, in a folder. Only commands of Node are run. */
export const follow = (
  page: string,
  door: Door,
  folder: string,
  env: Record<string, string> = {}
): ReadonlyArray<Followed> => {
  const fences = fencesOf(page, door)
  return fences.flatMap((fence, index) => {
    if (fence.language === "ts" && fence.quote !== undefined) write(fence.quote, fence.title, folder)
    if (fence.language !== "sh") return []
    const next = fences[index + 1]
    const shown = next?.language === "text" && next.quote !== undefined ? regionOf(next.quote) : undefined
    return fence.text.split("\n").filter((line) => line.startsWith("node ")).map((command) => ({
      page,
      command,
      printed: run(command.split(" ").slice(1), { cwd: folder, env }),
      shown
    }))
  })
}

// "card.ts" is a whole file. "card.ts: the imports" replaces the region of this name in what an earlier page showed.
const write = (quote: string, title: string, folder: string): void => {
  const [name, part] = title.split(":")
  const path = Path.join(folder, name!)
  if (part === undefined) {
    if (name!.endsWith(".ts")) Fs.writeFileSync(path, regionOf(quote))
    return
  }
  const [source, region] = quote.split("#")
  const before = Fs.readFileSync(path, "utf8")
  const old = earlier(source!).map((file) => regionOf(`${file}#${region}`)).find((text) => before.includes(text))
  if (old === undefined) throw new Error(`${name} has no text to replace by ${quote}`)
  Fs.writeFileSync(path, before.replace(old, () => regionOf(quote)))
}

// The files that a page may have shown before: the same name in earlier steps, or the first file of the tab of the start page.
const earlier = (source: string): ReadonlyArray<string> =>
  source.includes("/start/")
    ? [Path.join(Path.dirname(source), "first.ts")]
    : Fs.globSync(`docs/examples/tutorial/step*/${Path.basename(source)}`, { cwd: root })
      .filter((path) => path < source && Fs.readFileSync(Path.join(root, path), "utf8").includes("#region"))
