// The form of the table of features: every answer about another store has a source, and every "partly" is explained.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { describe, expect, it } from "vitest"
import { root } from "../Quotes.ts"
import { read } from "../reference/Page.ts"

const page = read("docs/src/content/docs/concepts/beside-others.md")

const [, ...chapters] = page.split(/^## /m)

const chapter = (title: string): string => chapters.find((text) => text.startsWith(`${title}\n`)) ?? ""

const rowsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  )

const stores = rowsOf(chapter("What was read")).slice(2)

const tables = chapter("Features").split(/^### /m).slice(1)

/** The names of the stores in the heads of the tables. */
const heads = tables.map((table) => rowsOf(table)[0]!.slice(1))

const [, ...peers] = heads[0] ?? []

const features = tables.flatMap((table) => {
  const notes = new Map([...table.matchAll(/^- \*\*(.+?)\.\*\* (.+)$/gm)].map(([, feature, note]) => [feature!, note!]))
  return rowsOf(table).slice(2).map(([feature = "", refold = "", ...answers]) => ({
    feature,
    refold,
    answers,
    note: notes.get(feature) ?? ""
  }))
})

const sources = new Map([...page.matchAll(/^\[(\w+)\]: (\S+)$/gm)].map(([, label, url]) => [label!, url!]))

const answer = /^\[(yes|no|partly)\]\[(\w+)\]$/

describe("the stores that were read", () => {
  it("are those of the tables, each with a version and a date", () => {
    expect(stores.map(([name]) => name!.replace(/^\[(.+)\]\(.+\)$/, "$1").replace(" Framework", "")))
      .toEqual(["Refold", ...peers])
    expect(stores.filter(([, version, date]) => version === "" || !/^\d{4}-\d\d-\d\d$/.test(date!))).toEqual([])
  })

  it("are the columns of every table", () => {
    expect(tables.length).toBeGreaterThan(3)
    expect(heads).toEqual(tables.map(() => heads[0]))
    expect(peers.length).toBe(8)
  })
})

describe("a feature", () => {
  it("stands in one row", () => {
    expect(features.length).toBeGreaterThan(30)
    expect(features.map(({ feature }) => feature)).toEqual([...new Set(features.map(({ feature }) => feature))])
  })

  it.each(features)("has an answer for each store: $feature", ({ answers }) => {
    expect(answers).toHaveLength(peers.length)
    expect(answers.filter((text) => text !== "not checked" && !answer.test(text))).toEqual([])
  })

  it.each(features)(
    "has a source that does not change, for each answer about another store: $feature",
    ({ answers }) => {
      const labels = answers.flatMap((text) => answer.exec(text)?.[2] ?? [])
      expect(
        labels.filter((label) =>
          !/^https:\/\/github\.com\/[\w-]+\/[\w-]+\/blob\/[0-9a-f]{40}\//.test(sources.get(label) ?? "")
        )
      )
        .toEqual([])
    }
  )

  it.each(features)("names in its note each store that has a part of it: $feature", ({ answers, note, refold }) => {
    const partly = [["Refold", refold] as const, ...peers.map((peer, index) => [peer, answers[index]!] as const)]
      .flatMap(([store, text]) => text.startsWith("[partly]") ? [store] : [])
    expect(partly.filter((store) => !note.includes(store))).toEqual([])
  })

  it.each(features)("of Refold leads to a page: $feature", ({ refold }) => {
    const [, path = ""] = /^\[(?:yes|no|partly)\]\(\/([\w/-]+?)\/(?:#[\w-]+)?\)$/.exec(refold) ?? []
    const folder = Path.join(root, "docs/src/content/docs")
    expect([".md", ".mdx", "/index.md", "/index.mdx"].filter((end) => Fs.existsSync(Path.join(folder, path + end))))
      .toHaveLength(1)
  })
})

it("every source is used", () => {
  const used = new Set(features.flatMap(({ answers }) => answers.flatMap((text) => answer.exec(text)?.[2] ?? [])))
  expect([...sources.keys()].filter((label) => !used.has(label))).toEqual([])
})
