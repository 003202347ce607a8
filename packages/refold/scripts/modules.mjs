// Writes one module beside the barrel for each line of src/index.ts, so that `refold/Decider` loads a decider and what it
// needs, and not the whole library.
import { readFileSync, writeFileSync } from "node:fs"

const lines = readFileSync("src/index.ts", "utf8").matchAll(/^export \* as (\w+) from "([^"]+)"$/gm)
for (const [, name, module] of lines) {
  for (const extension of ["js", "d.ts"]) writeFileSync(`dist/${name}.${extension}`, `export * from "${module}"\n`)
}
