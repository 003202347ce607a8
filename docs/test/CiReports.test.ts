// What CI prints last: the totals of all test reports, and a line for each failure.
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { root } from "./Quotes.ts"

/** A test of a report: its full name, and its message where it failed. */
type Row = readonly [name: string, message?: string]

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-reports-"))
afterEach(() => Fs.rmSync(folder, { recursive: true, force: true }))

const write = (path: string, content: unknown): void => {
  const file = Path.join(folder, path)
  Fs.mkdirSync(Path.dirname(file), { recursive: true })
  Fs.writeFileSync(file, JSON.stringify(content))
}

const file = (path: string, rows: ReadonlyArray<Row>, message = "") => ({
  name: Path.join(folder, path),
  status: message !== "" || rows.some(([, message]) => message !== undefined) ? "failed" : "passed",
  message,
  assertionResults: rows.map(([fullName, message]) => ({
    fullName,
    status: message === undefined ? "passed" : "failed",
    failureMessages: message === undefined ? [] : [message]
  }))
})

const report = (...testResults: ReadonlyArray<ReturnType<typeof file>>) => {
  const rows = testResults.flatMap(({ assertionResults }) => assertionResults)
  const numPassedTests = rows.filter(({ status }) => status === "passed").length
  const success = testResults.every(({ status }) => status === "passed")
  return {
    numPassedTests,
    numFailedTests: rows.length - numPassedTests,
    numPendingTests: 0,
    numTodoTests: 0,
    success,
    testResults
  }
}

/** Writes packages with tests, each with the report of its run, if it has one. */
const packages = (reports: Readonly<Record<string, ReturnType<typeof report> | undefined>>): void => {
  write("apps/without-tests/package.json", {})
  for (const path of ["docs", ...Object.keys(reports)])
    write(`${path}/package.json`, { scripts: { test: "vitest run" } })
  for (const [path, content] of Object.entries({ docs: report(), ...reports })) {
    if (content !== undefined) write(`${path}/test-report.json`, content)
  }
}

const run = (script: string, ...args: ReadonlyArray<string>) => {
  Fs.mkdirSync(Path.join(folder, "packages"), { recursive: true })
  const { stderr, stdout } = spawnSync(process.execPath, [Path.join(root, ".ci", script), ...args], {
    cwd: folder,
    encoding: "utf8"
  })
  return { stdout, stderr }
}

const right = report(file("packages/right/test/A.test.ts", [["a holds"], ["b holds"]]))

const wrong = report(
  file("packages/wrong/test/B.test.ts", [["c holds"], [
    "group d holds",
    "\u001b[31mError: d was 2\u001b[39m\n    at x"
  ]]),
  file("packages/wrong/test/C.test.ts", [], "\nSyntaxError: unexpected token\n    at y")
)

describe("the totals", () => {
  it("count the tests of all packages, and a file that did not load as one failure", () => {
    packages({ "packages/right": right, "packages/wrong": wrong })
    expect(run("totals.mjs", "1").stdout).toBe("3 2 0\n")
  })

  it("count a package without a report as a failure, and name it", () => {
    packages({ "packages/right": right, "apps/lost": undefined })
    const { stderr, stdout } = run("totals.mjs", "1")
    expect(stdout).toBe("2 1 0\n")
    expect(stderr).toContain("apps/lost/test-report.json is missing")
  })

  it("count the tests in a browser, which have a report of their own", () => {
    packages({ "packages/right": right })
    write("docs/package.json", { scripts: { test: "vitest run", "test:browser": "vitest run" } })
    expect(run("totals.mjs", "1").stdout).toBe("2 1 0\n")
    write("docs/browser-report.json", wrong)
    expect(run("totals.mjs", "1").stdout).toBe("3 2 0\n")
    expect(run("failures.mjs").stdout).toContain("packages/wrong/test/B.test.ts: group d holds: Error: d was 2")
  })

  it("count an exit code that no test explains as a failure", () => {
    packages({ "packages/right": right })
    expect(run("totals.mjs", "0").stdout).toBe("2 0 0\n")
    expect(run("totals.mjs", "1").stdout).toBe("2 1 0\n")
  })
})

describe("the list of failures", () => {
  it("is empty when all tests passed", () => {
    packages({ "packages/right": right })
    expect(run("failures.mjs")).toEqual({ stdout: "", stderr: "" })
  })

  it("names each failed test by its file and its name, with the first line of its message", () => {
    packages({ "packages/right": right, "packages/wrong": wrong })
    expect(run("failures.mjs").stdout.split("\n")).toEqual([
      "packages/wrong/test/B.test.ts: group d holds: Error: d was 2",
      "packages/wrong/test/C.test.ts: SyntaxError: unexpected token",
      ""
    ])
  })

  it("names a package without a report, and a run that failed although no test did", () => {
    packages({ "packages/right": { ...right, success: false }, "apps/lost": undefined })
    expect(run("failures.mjs").stdout.split("\n")).toEqual([
      "packages/right/test-report.json: the run failed, although no test did",
      "apps/lost/test-report.json is missing: its tests did not run",
      ""
    ])
  })

  it("names a package whose report is cut off", () => {
    packages({ "packages/wrong": wrong, "apps/killed": undefined })
    Fs.writeFileSync(Path.join(folder, "apps/killed/test-report.json"), "{\"numPassedTests\":")
    expect(run("failures.mjs").stdout).toMatch(/group d holds[^]*apps\/killed\/test-report\.json is missing/)
  })

  it("names the failed tests of the short soak, which has files in some packages only", () => {
    packages({ "packages/right": right, "packages/wrong": report() })
    write("packages/wrong/soak-report.json", wrong)
    expect(run("failures.mjs").stdout).toMatch(
      /^soak: packages\/wrong\/test\/B\.test\.ts: group d holds: Error: d was 2$/m
    )
  })

  it("cuts long lines", () => {
    packages({ "packages/wrong": report(file("packages/wrong/test/D.test.ts", [["e holds", "x".repeat(1_000)]])) })
    expect(run("failures.mjs").stdout).toMatch(/^packages\/wrong\/test\/D\.test\.ts: e holds: x+…\n$/)
    expect(run("failures.mjs").stdout.length).toBeLessThanOrEqual(301)
  })
})
