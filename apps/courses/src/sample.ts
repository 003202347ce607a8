/** Writes the outputs of the courses to `sample/`, for documentation that quotes them. A test compares them with a real run. */
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Courses from "./Courses.ts"

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const write = (name: string, args: ReadonlyArray<string>): void =>
  writeFileSync(pathOf(`../sample/${name}.txt`), execFileSync(process.execPath, [pathOf("main.ts"), ...args]))

write("list", [])
for (const { name } of Courses.all) write(name, [name])
