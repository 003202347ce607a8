import * as Fs from "node:fs"
import { expect, it } from "vitest"
import * as Courses from "../../../apps/courses/src/Courses.ts"
import { root } from "../Quotes.ts"
import { read } from "../reference/Page.ts"

const folder = "docs/src/content/docs/courses"
const pages = Fs.globSync(`${folder}/*.md`, { cwd: root })

const known = Fs.globSync(["apps/**", "packages/**", "docs/**"], { cwd: root, exclude: ["**/node_modules", "**/dist"] })

/** The paths of files and folders in the code spans of a page. Tables may leave out the folders at the start. */
const pathsOf = (page: string): ReadonlyArray<string> =>
  [...read(page).matchAll(/`([\w./-]+(?:\.(?:ts|sql|json|md|txt)|\/))`/g)].map(([, path]) => path!.replace(/\/$/, ""))

it("every file that a course names exists", () => {
  const named = pages.flatMap((page) => pathsOf(page).map((path) => ({ page, path })))
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter(({ path }) => !known.some((one) => `/${one}`.endsWith(`/${path}`)))).toEqual([])
})

it("every course has a page, and every page a course", () => {
  const named = pages.map((page) => page.slice(folder.length + 1, -3)).filter((name) => name !== "index")
  expect(named.toSorted()).toEqual(Courses.all.map(({ name }) => name).toSorted())
})
