// Prints a line for each failed test in the vitest reports of all packages: its file, its name, and the first line of its
// message. Also prints a line for each file that failed as a whole, each run that failed although no test did, and each
// package without a report.
import { relative } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { brokenFiles, failedTests, ofSoak, ofTests } from "./reports.mjs"

const firstLine = (message = "") =>
  stripVTControlCharacters(message).split("\n").map((line) => line.trim()).find((line) => line !== "") ?? "no message"

const shown = (text) => (text.length > 300 ? `${text.slice(0, 299)}…` : text)

const line = (...parts) => shown(parts.join(": "))

const ofReport = (path, report) => {
  const tests = report.testResults.flatMap((file) =>
    failedTests(file).map((test) => line(relative("", file.name), test.fullName, firstLine(test.failureMessages[0])))
  )
  const files = brokenFiles(report).map((file) => line(relative("", file.name), firstLine(file.message)))
  const found = [...tests, ...files]
  return found.length === 0 && !report.success ? [`${path}: the run failed, although no test did`] : found
}

const tests = ofTests().flatMap(({ path, report }) =>
  report === undefined ? [`${path} is missing: its tests did not run`] : ofReport(path, report)
)
const soak = ofSoak().flatMap(({ path, report }) => ofReport(path, report))

for (const failure of [...tests, ...soak.map((failure) => `soak: ${failure}`)]) console.log(failure)
