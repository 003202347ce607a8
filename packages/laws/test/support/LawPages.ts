/** The laws in the pages of the documentation: by module, each law with its planted faults. */
import * as Fs from "node:fs"

/** A section of a page: the laws of one module. */
export interface Section {
  /** The name of the module. */
  readonly module: string
  /** The number of laws that the section states. */
  readonly count: number
  /** The suites that run its laws: the names between backquotes beside the module. */
  readonly suites: ReadonlyArray<string>
  /** The planted faults of each law. */
  readonly laws: Readonly<Record<string, ReadonlyArray<string>>>
}

const folder = new URL("../../../../docs/src/content/docs/laws/", import.meta.url)

const plain = (markdown: string): string => markdown.replaceAll("\\", "")

const lawsOf = (text: string): Section["laws"] =>
  Object.fromEntries(
    [...text.matchAll(/^### (.+)\n(?:(?!###)[\s\S])*?^_Planted faults?:_ (.+)\.$/gm)]
      .map(([, law, faults]) => [plain(law!), plain(faults!).split("; ")])
  )

const sectionsOf = (page: string): ReadonlyArray<Section> =>
  page.split(/^## /m).flatMap((text) => {
    const [, module, count, suites] = /^Module `(\w+)`, (\d+) laws?; (.+)\.$/m.exec(text) ?? []
    if (module === undefined) return []
    const names = [...suites!.matchAll(/`(\w+(?:\.\w+)?)`/g)].map(([, name]) => name!)
    return [{ module, count: Number(count), suites: names, laws: lawsOf(text) }]
  })

/** All sections of all pages. */
export const sections: ReadonlyArray<Section> = Fs.globSync("*.md", { cwd: folder })
  .flatMap((page) => sectionsOf(Fs.readFileSync(new URL(page, folder), "utf8")))
