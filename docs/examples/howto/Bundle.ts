/** Bundles a program that must start fast. */
import { build } from "esbuild"

// #region bundle
/** Writes the program and all that it imports into a few files of a folder. */
export const bundle = (program: string, folder: string) =>
  build({
    entryPoints: [program],
    outdir: folder,
    bundle: true,
    // Modules that are loaded on demand, such as the migrations, get separate files.
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: true,
    // It reads files beside its own module.
    external: ["@electric-sql/pglite"],
    // The result lists the content of each file.
    metafile: true
  })
// #endregion
