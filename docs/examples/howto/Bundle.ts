/** Bundles a program that must start fast. */
import { build } from "esbuild"

// #region bundle
/** Writes the program and all that it imports into a few files of a folder. */
export const bundle = (program: string, folder: string) =>
  build({
    entryPoints: [program],
    outdir: folder,
    bundle: true,
    // What is loaded only where it is used gets files of its own, such as the migrations.
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: true,
    // It reads files beside its own module.
    external: ["@electric-sql/pglite"],
    // The answer says what is in which file.
    metafile: true
  })
// #endregion
