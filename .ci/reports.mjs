// The vitest reports of all packages. Every vitest run writes one beside its package's manifest.
import { existsSync, readdirSync, readFileSync } from "node:fs"

const read = (path) => JSON.parse(readFileSync(path, "utf8"))

const within = (folder) => readdirSync(folder).map((name) => `${folder}/${name}`)

const hasTests = (folder) =>
  existsSync(`${folder}/package.json`) && read(`${folder}/package.json`).scripts?.test !== undefined

// A run that was killed may leave no report, or a part of one.
const reportAt = (path) => {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

/** The path and the report of each package with tests, by file name; the report is undefined if it cannot be read. */
export const named = (name) =>
  [...within("packages"), ...within("apps"), "docs"].filter(hasTests).map((folder) => {
    const path = `${folder}/${name}`
    return { path, report: reportAt(path) }
  })

/** The failed tests of a file of a report. */
export const failedTests = (file) => file.assertionResults.filter(({ status }) => status === "failed")

/** The files of a report that failed as a whole, without a failed test. */
export const brokenFiles = (report) =>
  report.testResults.filter((file) => file.status === "failed" && failedTests(file).length === 0)
