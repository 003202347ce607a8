/** Writes the sample that comes with the app: `npm run sample`, after a change to how it is made. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Sample from "./Sample.ts"

const folder = join(import.meta.dirname, "../../sample")
mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(Sample.shipped())) writeFileSync(join(folder, name), text)
