/** The program that starts a store, in a few files: a program that is started often is bundled. */
import { build } from "esbuild"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

let bundling: Promise<string> | undefined

/** Bundles a program, once in a run, and gives the path of the result; each store is in a file of its own. */
export const bundled = (program: URL): Promise<string> => bundling ??= bundle(fileURLToPath(program))

const bundle = async (program: string): Promise<string> => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-bench-"))
  process.once("exit", () => Fs.rmSync(folder, { recursive: true, force: true }))
  await build({
    entryPoints: { start: program },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    external: ["@electric-sql/pglite", "pg-native"],
    // Packages in CommonJS call it.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);"
    },
    logLevel: "silent"
  })
  return Path.join(folder, "start.mjs")
}
