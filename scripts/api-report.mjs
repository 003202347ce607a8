// Lists the public modules of all packages and their exports, from the built declarations, so that a change of the
// public API is visible in a review. The number after a module is a fingerprint of its declarations without comments: it
// changes with each signature. Prints the list; with --write it is written to docs/api-report.txt.
import { createHash } from "node:crypto"
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs"

process.chdir(new URL("..", import.meta.url).pathname)

const declared = /^export (?:declare )?(?:abstract )?(const|function|class|interface|type|namespace) (\w+)/gm
const listed = /^export (type )?\{([^}]*)\}/gm

/** The exports of a declaration file, as `name` to its kinds. */
const exportsOf = (text) => {
  const kinds = new Map()
  const add = (name, kind) => kinds.set(name, new Set([...kinds.get(name) ?? [], kind]))
  for (const [, kind, name] of text.matchAll(declared)) add(name, kind)
  for (const [, type, names] of text.matchAll(listed)) {
    for (const name of names.split(",").map((one) => one.trim()).filter((one) => one !== "")) {
      add(
        name.replace(/^type /, "").split(" as ").at(-1),
        type === undefined && !name.startsWith("type ") ? "value" : "type"
      )
    }
  }
  for (const [, name] of text.matchAll(/^export \* as (\w+) from/gm)) add(name, "module")
  return [...kinds].toSorted(([one], [two]) => one < two ? -1 : 1).map(([name, set]) =>
    `${[...set].toSorted((one, two) => one < two ? -1 : 1).join("+")} ${name}`
  )
}

const fingerprintOf = (text) => {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/.*$/gm, "").replaceAll(/\s+/g, " ")
  return createHash("sha256").update(bare).digest("hex").slice(0, 8)
}

const packages = globSync("packages/*/package.json").toSorted()
  // A package without an index has no modules to import.
  .filter((path) => existsSync(path.replace("package.json", "src/index.ts")))
  .map((path) => ({
    folder: path.slice(0, -"/package.json".length),
    name: JSON.parse(readFileSync(path, "utf8")).name
  }))

const sections = packages.map(({ folder, name }) => {
  const modules = globSync("**/*.ts", { cwd: `${folder}/src` }).map((path) => path.replaceAll("\\", "/").slice(0, -3))
    // The index of a package re-exports its other modules, except in `refold`, which has no others.
    .filter((path) =>
      (path !== "index" || name === "refold") && !path.split("/").includes("internal") && !path.endsWith(".generated")
    )
    .toSorted()
  const lines = modules.map((path) => {
    const text = readFileSync(`${folder}/dist/${path}.d.ts`, "utf8")
    return [`  ${path} ${fingerprintOf(text)}`, ...exportsOf(text).map((line) => `    ${line}`)].join("\n")
  })
  return `${name}: ${modules.length} public modules\n${lines.join("\n")}`
})

const report = `${sections.join("\n\n")}\n`
if (process.argv.includes("--write")) writeFileSync("docs/api-report.txt", report)
else process.stdout.write(report)
