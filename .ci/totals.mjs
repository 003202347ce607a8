// Adds up the vitest reports of all packages and prints "passed failed skipped". A package without a report, a test file
// that did not load and a failing exit code that no test explains count as one failure each.
import { existsSync, readdirSync, readFileSync } from "node:fs"

const read = (path) => JSON.parse(readFileSync(path, "utf8"))

const within = (folder) => readdirSync(folder).map((name) => `${folder}/${name}`)

const ofReport = (report) => {
  const broken = report.testResults.filter((file) => file.status === "failed" && !file.assertionResults.some(isFailed))
  const failed = report.numFailedTests + broken.length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests
  }
}

const isFailed = (assertion) => assertion.status === "failed"

const totals = { passed: 0, failed: 0, skipped: 0 }
for (const folder of [...within("packages"), ...within("apps"), "docs"]) {
  const manifest = `${folder}/package.json`
  if (!existsSync(manifest) || read(manifest).scripts?.test === undefined) continue
  const path = `${folder}/test-report.json`
  const found = existsSync(path) ? ofReport(read(path)) : { passed: 0, failed: 1, skipped: 0 }
  if (!existsSync(path)) console.error(`${path} is missing: its tests did not run`)
  for (const key of Object.keys(totals)) totals[key] += found[key]
}

if (totals.failed === 0 && process.argv[2] !== "0") {
  console.error(`npm test exited with ${process.argv[2]} although no test failed`)
  totals.failed = 1
}
console.log(totals.passed, totals.failed, totals.skipped)
