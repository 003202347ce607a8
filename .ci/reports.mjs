// The vitest reports of all packages. Every vitest run writes one beside its package's manifest.
import { existsSync, readdirSync, readFileSync } from "node:fs"

const read = (path) => JSON.parse(readFileSync(path, "utf8"))

const within = (folder) => readdirSync(folder).map((name) => `${folder}/${name}`)

const hasScript = (folder, script) =>
  existsSync(`${folder}/package.json`) && read(`${folder}/package.json`).scripts?.[script] !== undefined

// A run that was killed may leave no report, or a part of one.
const reportAt = (path) => {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

/** The path and the report of each package with a script, by the report's name; the report is undefined if it cannot be read. */
const named = (name, script) =>
  [...within("packages"), ...within("apps"), "docs"].filter((folder) => hasScript(folder, script)).map((folder) => {
    const path = `${folder}/${name}`
    return { path, report: reportAt(path) }
  })

/** The reports of `npm test` and of `npm run test:browser`. */
export const ofTests = () => [...named("test-report.json", "test"), ...named("browser-report.json", "test:browser")]

/** The reports of the short soak, which has files in some packages only. */
export const ofSoak = () => named("soak-report.json", "test").filter(({ report }) => report !== undefined)

/** The failed tests of a file of a report. */
export const failedTests = (file) => file.assertionResults.filter(({ status }) => status === "failed")

/** The files of a report that failed as a whole, without a failed test. */
export const brokenFiles = (report) =>
  report.testResults.filter((file) => file.status === "failed" && failedTests(file).length === 0)
