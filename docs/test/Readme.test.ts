// The README promises only what can be looked up: laws by their names, files that exist, figures of the comparison.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { root } from "./Quotes.ts"

const readme = Fs.readFileSync(Path.join(root, "README.md"), "utf8")

const sectionOf = (title: string): string => readme.split(`## ${title}\n`)[1]!.split("\n## ")[0]!

const rowsOf = (section: string): ReadonlyArray<ReadonlyArray<string>> =>
  section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))

it("every law of the README is a law in the file that it links to", () => {
  const rows = rowsOf(sectionOf("What is promised"))
  expect(rows.length).toBeGreaterThan(9)
  for (const [, law] of rows) {
    const [, name, path] = /^\[([^\]]+)\]\(([^)]+)\)/.exec(law!)!
    expect(Fs.readFileSync(Path.join(root, path!), "utf8")).toContain(`"${name}"`)
  }
})

it("every link of the README and of the packages' READMEs leads to a file", () => {
  const pages = ["README.md", ...Fs.globSync("packages/*/README.md", { cwd: root })]
  const links = pages.flatMap((page) =>
    [...Fs.readFileSync(Path.join(root, page), "utf8").matchAll(/(?:\]\(|src="|srcset=")([^)"#]+)/g)]
      .map(([, link]) => link!).filter((link) => !link.startsWith("https:"))
      .map((link) => Path.join(root, Path.dirname(page), link))
  )
  expect(links.length).toBeGreaterThan(40)
  expect(links.filter((path) => !Fs.existsSync(path))).toEqual([])
})

it("every figure of the README's comparison is in the page that it links to", () => {
  const section = sectionOf("Measured against a table")
  const page = Fs.readFileSync(Path.join(root, "docs/src/content/docs/concepts/crud-and-events.md"), "utf8")
  const figures = rowsOf(section).flatMap((cells) => cells.slice(1).join(" ").match(/\d[\d,.]*\d|\d/g) ?? [])
  expect(figures.length).toBeGreaterThan(12)
  expect(figures.filter((figure) => !page.includes(figure))).toEqual([])
})

it("the picture of the README is the one of the site, in two colours", () => {
  const read = (path: string) => Fs.readFileSync(Path.join(root, "docs", path), "utf8")
  const drawn = read("src/assets/diagrams/one-fold.svg")
  expect(drawn).toContain("currentColor")
  expect(read("public/one-fold-light.svg")).toBe(drawn.replaceAll("currentColor", "#1f2328"))
  expect(read("public/one-fold-dark.svg")).toBe(drawn.replaceAll("currentColor", "#e6edf3"))
})

it("the README has less than 150 lines", () => {
  expect(readme.split("\n").length).toBeLessThan(150)
})
