import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as Courses from "../src/Courses.ts"

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const run = (...args: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr })
    )
  })

// Times depend on the machine.
const withoutTimes = (text: string): string => text.replaceAll(/\d+\.\d ms/g, "… ms")

const sample = (name: string): string => readFileSync(new URL(`../sample/${name}.txt`, import.meta.url), "utf8")

describe("npm run course", () => {
  it.each(Courses.all.map(({ name }) => name))(
    "%s: every check holds, and the output equals that of the page",
    async (name) => {
      const { code, stderr, stdout } = await run(name)
      expect(stderr).toBe("")
      expect(withoutTimes(stdout)).toBe(withoutTimes(sample(name)))
      expect(code).toBe(0)
    }
  )

  it("without a course: lists the courses", async () => {
    expect(await run()).toEqual({ code: 0, stdout: sample("list"), stderr: "" })
  })

  it("an unknown course, and an argument too many: one line that names the courses, and exit code 2", async () => {
    const courses = "bank, postgresql-lab, architect-lab, ten-tasks, pipeline"
    expect(await run("piano")).toEqual({
      code: 2,
      stdout: "",
      stderr: `course: "piano" must be one course of ${courses}\n`
    })
    expect(await run("bank", "--fast")).toMatchObject({ code: 2, stdout: "" })
  })
})
