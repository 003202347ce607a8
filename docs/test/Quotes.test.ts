import * as Fs from "node:fs"
import { expect, it } from "vitest"
import { quotesOf, regionOf, root } from "./Quotes.ts"

// The pages of the site are filled from their quotes when it is built; its API pages are generated.
const excluded = ["**/node_modules", "**/dist", "docs/src/content/docs/reference/api"]
const pages = Fs.globSync("**/*.{md,mdx}", { cwd: root, exclude: excluded })

it("every code block of TypeScript or SQL in the documentation quotes a file", () => {
  expect(pages).toContain("README.md")
  expect(pages.filter((page) => quotesOf(page).unquoted !== 0)).toEqual([])
})

it("every quote is equal to its file", () => {
  const quotes = pages.flatMap((page) => quotesOf(page).quotes)
  expect(quotes.length).toBeGreaterThan(0)
  expect(quotes.map(({ code, page, source }) => ({ page, source, code })))
    .toEqual(quotes.map(({ page, source }) => ({ page, source, code: regionOf(source) })))
})
