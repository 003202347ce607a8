// Fills code blocks from files that the tests run: ```ts quote="docs/examples/Wallet.ts#events" holds that region of the
// file, and without #region the whole file without its region marks. A path or region that does not exist fails the build.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = new URL("../../", import.meta.url)

/** What a source `path#region` holds today, without the indentation that all its lines share. */
export const regionOf = (source) => {
  const [path, region] = source.split("#")
  const text = readFileSync(fileURLToPath(new URL(path, root)), "utf8")
  if (region === undefined) return text.replaceAll(/^ *(?:\/\/|--) #(?:region|endregion).*\n/gm, "").trimEnd()
  const found = new RegExp(`^ *(?://|--) #region ${region}\\n([\\s\\S]*?)^ *(?://|--) #endregion`, "m").exec(text)
  if (found === null) throw new Error(`${path} has no region "${region}"`)
  const lines = found[1].trimEnd().split("\n")
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(indent)).join("\n")
}

/** The remark plugin. A block has its file as its title, unless it names another. */
export const quotes = () => (tree) => walk(tree)

const walk = (node) => {
  if (node.type === "code") fill(node)
  for (const child of node.children ?? []) walk(child)
}

const fill = (node) => {
  const source = /quote="([^"]+)"/.exec(node.meta ?? "")?.[1]
  if (source === undefined) return
  node.value = regionOf(source)
  const meta = node.meta.replace(/quote="[^"]+"/, "")
  node.meta = /title="/.test(meta) ? meta : `${meta} title="${source.split("#")[0]}"`
}
