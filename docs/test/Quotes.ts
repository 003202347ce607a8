/** Code blocks in the documentation that quote a region of a file: `<!-- quote: path#region -->` above the fence. */
import * as Fs from "node:fs"
import * as Path from "node:path"

/** A fenced code block under a quote mark. */
export interface Quote {
  readonly page: string
  readonly source: string
  readonly code: string
}

export const root = Path.resolve(import.meta.dirname, "../..")

/**
 * The quotes of a page, and how many blocks of TypeScript, JavaScript or SQL quote nothing: neither by a mark above the fence nor by
 * `quote="…"` behind the language, which the site fills when it is built.
 */
export const quotesOf = (page: string): { readonly quotes: ReadonlyArray<Quote>; readonly unquoted: number } => {
  const text = Fs.readFileSync(Path.join(root, page), "utf8")
  const quotes = [...text.matchAll(/<!-- quote: (\S+) -->\n+```(\w+)\n([\s\S]*?)```/g)]
  const fences = [...text.matchAll(/^ *(?:```|~~~) *(?:[cm]?[jt]sx?|typescript|javascript|sql)\b(.*)$/gm)]
  return {
    quotes: quotes.map(([, source, , code]) => ({ page, source: source!, code: code! })),
    unquoted: fences.filter(([, meta]) => !meta!.includes("quote=\"")).length -
      quotes.filter(([, , language]) => language !== "text" && language !== "json").length
  }
}

/** What a source holds today: the region of `path#region`, or for `path` the whole file without its region marks. */
export const regionOf = (source: string): string => {
  const [path, region] = source.split("#")
  const text = Fs.readFileSync(Path.join(root, path!), "utf8")
  if (region === undefined) return text.replaceAll(/^ *(?:\/\/|--) #(?:region|endregion).*\n/gm, "")
  const found = new RegExp(`^(?://|--) #region ${region}\\n([\\s\\S]*?)^(?://|--) #endregion`, "m").exec(text)
  if (found === null) throw new Error(`${path} has no region "${region}"`)
  return found[1]!
}
