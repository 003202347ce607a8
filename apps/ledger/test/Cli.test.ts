import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Cli from "../src/Cli.ts"
import * as Story from "../src/story/Story.ts"

const parsed = (...args: ReadonlyArray<string>) => Result.getOrThrow(Cli.parse(args))

const problemOf = (args: ReadonlyArray<string>): string =>
  Result.match(Cli.parse(args), { onSuccess: () => "none", onFailure: ({ message }) => message })

describe("the command line", () => {
  it("prints a summary of all chapters by default", () => {
    expect(parsed()).toEqual({ mode: "summary", chapters: undefined, data: undefined, sql: false, help: false })
  })

  it("accepts a folder, and one of the other modes", () => {
    expect(parsed("--story")).toMatchObject({ mode: "full", chapters: undefined })
    expect(parsed("--json", "--data", "bank")).toMatchObject({ mode: "json", chapters: undefined, data: "bank" })
    expect(parsed("--sql")).toMatchObject({ sql: true })
    expect(parsed("-h")).toMatchObject({ help: true })
  })

  it("accepts chapters by name, repeated or separated by commas", () => {
    expect(parsed("--chapter", "replay, saga", "--chapter", "replay")).toMatchObject({
      mode: "full",
      chapters: ["replay", "saga", "replay"]
    })
  })

  it.each(["tme-travel", "6", "", "replay,", "Replay"])(
    "refuses the unknown chapter %o with a list of all names",
    (name) => {
      const problem = problemOf(["--chapter", name])
      for (const { name } of Story.chapters) expect(problem).toContain(name)
    }
  )

  it.each(
    [
      [["story"], "story"],
      [["--data"], "--data"],
      [["--data", ""], "--data must name a folder"],
      [["--story", "--json"], "must not be combined"],
      [["--chapter", "replay", "--story"], "must not be combined"],
      [["--chapter", "replay", "--json"], "must not be combined"]
    ] as const
  )("refuses %o with the reason", (args, problem) => {
    expect(problemOf(args)).toContain(problem)
    expect(problemOf(args)).toMatch(/; --help lists the options$/)
  })

  it("names all chapters in its help", () => {
    for (const { name } of Story.chapters) expect(Cli.help).toContain(name)
  })
})

describe("the names of chapters", () => {
  it("are unique, and need no quotes in a shell", () => {
    const names = Story.chapters.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })
})
