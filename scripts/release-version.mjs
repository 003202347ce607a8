// Makes the next version: the changesets are applied to the manifests, and what CHANGELOG.md has under [Unreleased] gets that
// version and the date of today (UTC). Runs in the folder of the workspace. The first release needs no changesets: its version
// is in the manifests.
import { execFileSync } from "node:child_process"
import { globSync, readFileSync, writeFileSync } from "node:fs"

const fail = (message) => {
  console.error(`release:version: ${message}`)
  process.exit(1)
}

const versionOf = () => JSON.parse(readFileSync("packages/refold/package.json", "utf8")).version
const changesets = globSync(".changeset/*.md").filter((path) => !path.endsWith("README.md"))
const changelog = readFileSync("CHANGELOG.md", "utf8")

if (changesets.length === 0 && changelog.includes(`## [${versionOf()}]`)) {
  fail(`${versionOf()} is released, and no changeset says what the next version is: npm run changeset`)
}
if (!/## \[Unreleased\]\s+### /.test(changelog)) fail("CHANGELOG.md has nothing under [Unreleased]")

if (changesets.length > 0) execFileSync("changeset", ["version"], { stdio: "inherit" })

const heading = `## [${versionOf()}] - ${new Date().toISOString().slice(0, 10)}`
writeFileSync("CHANGELOG.md", changelog.replace("## [Unreleased]", `## [Unreleased]\n\n${heading}`))
console.log(`${heading.slice(3)}: review the manifests and CHANGELOG.md, and commit them`)
