/** Creates a project: the files that both flavours share, then those of the flavour. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import type { Flavour } from "./Arguments.ts"
import { nodeMajor, withVersions } from "./Manifest.ts"

/** The folder of the templates. */
const templates = fileURLToPath(new URL("../../template", import.meta.url))

/** Whether a project can be created in a folder: it does not exist, or is empty. */
export const isFree = (folder: string): boolean => {
  if (Fs.lstatSync(folder, { throwIfNoEntry: false }) === undefined) return true
  return Fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true && Fs.readdirSync(folder).length === 0
}

/** Writes the files of a project into a folder, and returns their paths in it, sorted. Throws the errors of the file system. */
export const create = (folder: string, name: string, flavour: Flavour): ReadonlyArray<string> => {
  const files = ["common", flavour].flatMap((part) => filesOf(Path.join(templates, part)))
  for (const { path, source } of files) {
    const target = Path.join(folder, path)
    Fs.mkdirSync(Path.dirname(target), { recursive: true })
    const text = Fs.readFileSync(source, "utf8").replaceAll("{{name}}", name).replaceAll("{{node}}", nodeMajor)
    // Fails if the file exists, so that nothing is overwritten.
    Fs.writeFileSync(target, path === "package.json" ? withVersions(text) : text, { flag: "wx" })
  }
  return files.map(({ path }) => path).toSorted()
}

interface TemplateFile {
  /** In the project, with forward slashes. */
  readonly path: string
  readonly source: string
}

const filesOf = (folder: string): ReadonlyArray<TemplateFile> =>
  Fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((entry) => ({ entry, source: Path.join(folder, entry) }))
    .filter(({ source }) => Fs.statSync(source).isFile())
    // npm leaves files named .gitignore out of packages, so the file has another name in the template.
    .map(({ entry, source }) => ({
      source,
      path: entry.replaceAll(Path.sep, "/").replace(/^_gitignore$/, ".gitignore")
    }))
