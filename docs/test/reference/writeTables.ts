/** Writes the generated sections of the pages of formats and of the command line: `npm run tables` in `docs`, then `npm run format`. */
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Help from "../../../packages/cli/test/support/Help.ts"
import { root } from "../Quotes.ts"
import { tables } from "./Catalogue.ts"

const write = (page: string, name: string, section: string): void => {
  const path = Path.join(root, `docs/src/content/docs/reference/${page}.md`)
  const text = Fs.readFileSync(path, "utf8")
  const [before] = text.split(`<!-- ${name} -->`)
  const [, after] = text.split(`<!-- end of ${name} -->`)
  Fs.writeFileSync(path, `${before}<!-- ${name} -->\n\n${section}\n\n<!-- end of ${name} -->${after}`)
}

write("formats", "tables", await tables())
write("command-line", "commands", await Effect.runPromise(Help.reference))
