// Writes the SQL files below a folder into one TypeScript module, so that a package reads no files at run time and can
// be bundled. Usage: node embed-sql.mjs <folder of .sql files> <module to write>
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

const [, , folder, target] = process.argv
if (folder === undefined || target === undefined) throw new Error("usage: embed-sql.mjs <folder> <module>")

const names = globSync("**/*.sql", { cwd: folder }).map((path) => path.replaceAll("\\", "/").slice(0, -".sql".length))
const entries = names.toSorted().map((name) =>
  `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(folder, `${name}.sql`), "utf8"))}`
)
const text = `/** Generated from ${folder}/ by embed-sql.mjs when the package is built. */
export const sqlText: Readonly<Record<string, string>> = {
${entries.join(",\n")}
}
`
mkdirSync(dirname(target), { recursive: true })
// Not written if nothing has changed, so that the compiler's cache stays valid.
if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text)
