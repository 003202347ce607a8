// Prints a line for each thing that is missing before the packages can be published with provenance, and fails if there is one.
// Runs in the folder of the workspace. In a workflow of GitHub it also compares the repository of the manifests with the one that builds.
import { globSync, readFileSync } from "node:fs"
import { dirname } from "node:path"

const packages = globSync("packages/*/package.json").toSorted()
  .map((path) => ({ path, folder: dirname(path), manifest: JSON.parse(readFileSync(path, "utf8")) }))
  .filter(({ manifest }) => manifest.private !== true)

const { GITHUB_REPOSITORY, GITHUB_SERVER_URL } = process.env
const built = GITHUB_REPOSITORY && `${GITHUB_SERVER_URL ?? "https://github.com"}/${GITHUB_REPOSITORY}`

/** The problems of the field `repository` of a manifest. The registry refuses provenance that names another repository. */
const problemsOfRepository = ({ folder, manifest: { repository } }) => {
  const example = `{ "type": "git", "url": "git+https://<host>/<owner>/<name>.git", "directory": "${folder}" }`
  if (typeof repository?.url !== "string") return [`"repository" is missing; provenance needs it: ${example}`]
  const address = repository.url.replace(/^git\+/, "").replace(/\.git$/, "")
  return [
    ...(/^https:\/\/[^/<>]+\/[^/<>]+\/[^/<>]+$/.test(address)
      ? []
      : [`"repository.url" is "${repository.url}", not the address of a repository: ${example}`]),
    ...(repository.directory === folder ? [] : [`"repository.directory" must be "${folder}"`]),
    ...(built && address !== built ? [`"repository.url" is "${repository.url}", but ${built} is built`] : [])
  ]
}

const problemsOfPackage = (one) => [
  ...problemsOfRepository(one),
  ...(one.manifest.publishConfig?.provenance === true ? [] : ["\"publishConfig.provenance\" must be true"]),
  ...(one.manifest.publishConfig?.access === "public" ? [] : ["\"publishConfig.access\" must be \"public\""])
]

const versions = [...new Set(packages.map(({ manifest }) => manifest.version))]
const changesets = globSync(".changeset/*.md").filter((path) => !path.endsWith("README.md"))
const changelog = readFileSync("CHANGELOG.md", "utf8")

const problems = [
  ...packages.flatMap((one) => problemsOfPackage(one).map((problem) => `${one.path}: ${problem}`)),
  ...(versions.length === 1 ? [] : [`the packages have different versions: ${versions.join(", ")}`]),
  ...changesets.map((path) => `${path}: is not released yet: npm run release:version`),
  ...versions.filter((version) => !changelog.includes(`## [${version}] - `))
    .map((version) => `CHANGELOG.md: has no section "## [${version}] - <date>": npm run release:version`)
]

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
console.log(`${packages.length} packages are ready to be published as ${versions[0]}`)
