/** Writes the outputs of the app to `sample/`, for documentation that quotes them. A test compares them with a real run. */
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const output = (...args: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, [pathOf("../main.ts"), ...args], { encoding: "utf8" })

writeFileSync(pathOf("../../sample/story.txt"), output())
writeFileSync(pathOf("../../sample/output.json"), output("--json"))
