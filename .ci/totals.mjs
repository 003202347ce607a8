// Adds up the vitest reports of all packages and prints "passed failed skipped". A package without a report, a test file
// that did not load, and a failing exit code without a failed test count as one failure each.
import { brokenFiles, ofTests } from "./reports.mjs"

const ofReport = (report) => {
  const failed = report.numFailedTests + brokenFiles(report).length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests
  }
}

const totals = { passed: 0, failed: 0, skipped: 0 }
for (const { path, report } of ofTests()) {
  const found = report === undefined ? { passed: 0, failed: 1, skipped: 0 } : ofReport(report)
  if (report === undefined) console.error(`${path} is missing: its tests did not run`)
  for (const key of Object.keys(totals)) totals[key] += found[key]
}

if (totals.failed === 0 && process.argv[2] !== "0") {
  console.error(`the tests exited with ${process.argv[2]} although none failed`)
  totals.failed = 1
}
console.log(totals.passed, totals.failed, totals.skipped)
