// Puts what a browser has in place of what `@refold/postgres` and its driver take from Node, for the worker that runs
// programs on PostgreSQL. What they never reach there, such as `node:net`, is empty: that is Vite's default.
import { fileURLToPath } from "node:url"

const own = (file) => fileURLToPath(new URL(`../playground/postgres/${file}`, import.meta.url))

const packages = { "node:buffer": "buffer/", "node:stream": "readable-stream" }

/** The plugin, for Vite's `worker.plugins`. */
export const withoutNode = () => ({
  name: "without-node",
  enforce: "pre",
  resolveId(source, importer, options) {
    if (source === "node:crypto") return own("NodeCrypto.ts")
    // A database of the page has no folder.
    if (/\/embedded\/Embedded\.[jt]s$/.test(source)) return own("Embedded.ts")
    const name = packages[source]
    return name === undefined ? undefined : this.resolve(name, own("NodeCrypto.ts"), { ...options, skipSelf: true })
  },
  // The page gives PGlite its files. Vite would put those that PGlite names into the site once more.
  transform: (code, id) =>
    /@electric-sql\/pglite\/dist\//.test(id)
      ? { code: code.replaceAll("import.meta.url", "location.href"), map: null }
      : undefined
})
