import { Http, Problem } from "@refold/http"
import { describe, expect, it } from "vitest"
import { files, firstColumn, page, read } from "./Page.ts"

const section = (heading: string): string =>
  page("http").split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ""

const [errors = "", problems = ""] = section("Problems").split("A request that is wrong as HTTP")

/** The cells of the rows of a table, code spans without their marks. */
const cells = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")))

describe("the page of HTTP", () => {
  it("has the routes of the package, and no others", () => {
    const routes = Object.values(Http.routes).map(({ method, path }) => `${method} ${path}`)
    expect(firstColumn(section("Routes")).toSorted()).toEqual(routes.toSorted())
  })

  it("has the status and the fields of each error", () => {
    const mapped = Object.entries(Problem.mappings)
      .map(([tag, { fields = [], status }]) => [tag, String(status), fields.join(", ") || "–"])
    expect(cells(errors)).toEqual(mapped)
  })

  it("has the problems that the package makes, with their status", () => {
    const made = files("packages/http/src/**/*.ts").flatMap((path) =>
      [...read(path).matchAll(/status: (\d{3}),\s+name: "(\w+)"/g)].map(([, status, name]) => `${name} ${status}`)
    )
    expect(made.length).toBeGreaterThan(9)
    expect(cells(problems).map(([name, status]) => `${name} ${status}`).toSorted()).toEqual(
      [...new Set(made)].toSorted()
    )
  })
})

it("every public error of the packages has a problem", () => {
  const [tags = ""] = page("errors").split("## SQLSTATEs")
  expect(firstColumn(tags).length).toBeGreaterThan(30)
  expect([...firstColumn(tags)].toSorted()).toEqual([...Object.keys(Problem.mappings), "HttpProblem"].toSorted())
})
