import { Result } from "effect"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Cli from "../src/Cli.ts"
import * as App from "./support/App.ts"

const sample = (name: string): string => readFileSync(new URL(`../sample/${name}`, import.meta.url), "utf8")

describe("the app", () => {
  it("prints the story in the sample, in less than 40 lines", async () => {
    const ended = await App.run()
    expect(ended).toEqual({ code: 0, stdout: sample("story.txt"), stderr: "" })
    expect(ended.stdout.split("\n").length).toBeLessThan(40)
  })

  it("prints the document in the sample with --json, and nothing else", async () => {
    const ended = await App.run("--json")
    expect(ended).toEqual({ code: 0, stdout: sample("output.json"), stderr: "" })
    const document: unknown = JSON.parse(ended.stdout)
    expect(document).toMatchObject({ events_stored: 26, projections: {}, temporal_query: {} })
  })

  it("prints the same document on an embedded PostgreSQL", async () => {
    expect(await App.run("--json", "--store", "embedded")).toEqual({
      code: 0,
      stdout: sample("output.json"),
      stderr: ""
    })
  })

  it("explains its options", async () => {
    const { code, stderr, stdout } = await App.run("--help")
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toContain("--store embedded")
  })

  it("answers an unknown option with one line and exit code 2", async () => {
    expect(await App.run("--colour")).toEqual({
      code: 2,
      stdout: "",
      stderr: "orders: Unknown option '--colour'; --help lists the options\n"
    })
  })

  it.each([
    [["story"], "Unexpected argument 'story'"],
    [["--store", "disk"], "--store must be memory or embedded"],
    [["--store"], "Option '--store <value>' argument missing"]
  ])("names the problem of %o in one line", (args, problem) => {
    const error = Result.getOrThrow(Result.flip(Cli.parse(args)))
    expect(error.message).toBe(`${problem}; --help lists the options`)
  })
})
