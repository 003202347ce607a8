/** The pages of the reference, and the sources that they are compared with. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { root } from "../Quotes.ts"

/** The text of a page of the reference. */
export const page = (name: string): string => read(`docs/src/content/docs/reference/${name}.md`)

/** The text of a file, by its path in the repository. */
export const read = (path: string): string => Fs.readFileSync(Path.join(root, path), "utf8")

/** The files of the packages that match a pattern, such as `packages/*\/src/**\/*.ts`. */
export const files = (pattern: string): ReadonlyArray<string> => Fs.globSync(pattern, { cwd: root })

/** The code spans in the first column of the tables of a text, without a second one in the same cell. */
export const firstColumn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!)

/** The text without what the formatter adds to it: the padding of tables. */
export const withoutPadding = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---").trim()
