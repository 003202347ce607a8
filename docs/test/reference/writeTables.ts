/** Writes the sections of tables into the page of formats: `npm run tables` in `docs`, then `npm run format`. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { root } from "../Quotes.ts"
import { tables } from "./Catalogue.ts"

const path = Path.join(root, "docs/src/content/docs/reference/formats.md")
const [before, , after] = Fs.readFileSync(path, "utf8").split(/(?<=<!-- tables -->)([\s\S]*)(?=<!-- end of tables -->)/)
Fs.writeFileSync(path, `${before}\n\n${await tables()}\n\n${after}`)
