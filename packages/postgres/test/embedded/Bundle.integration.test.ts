// A program with the store in it, bundled into one file by esbuild, runs on a server and on the embedded database; without
// PGlite's own files it fails with an error that names the remedy.
import { build } from "esbuild"
import { execFile } from "node:child_process"
import * as Fs from "node:fs"
import { createRequire } from "node:module"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, expect, inject, test } from "vitest"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-bundle-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))

/** The folder of the package: the parent of its `dist`. */
const pglite = Path.dirname(Path.dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite")))

const built = async (external: ReadonlyArray<string>): Promise<string> => {
  const { outputFiles: [program] } = await build({
    entryPoints: [fileURLToPath(new URL("../support/bundledProgram.ts", import.meta.url))],
    write: false,
    external: [...external],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    logLevel: "silent"
  })
  return program!.text
}

const whole = built([])
const withoutPGlite = built(["@electric-sql/pglite"])

/** The bundle, alone in a folder outside of the repository. */
const bundle = async (name: string, program = whole): Promise<string> => {
  const file = Path.join(folder, name, "program.mjs")
  Fs.mkdirSync(Path.dirname(file))
  Fs.writeFileSync(file, await program)
  return file
}

/** Makes PGlite's package resolvable from the program. */
const installBeside = (program: string): void => {
  const modules = Path.join(Path.dirname(program), "node_modules", "@electric-sql")
  Fs.mkdirSync(modules, { recursive: true })
  Fs.symlinkSync(pglite, Path.join(modules, "pglite"))
}

/** The output of the program. */
const run = async (program: string, ...args: ReadonlyArray<string>): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { cwd: folder })
  return JSON.parse(stdout)
}

test("a bundle runs on a server without other files", async () => {
  expect(await run(await bundle("server"), inject("postgresUrl"))).toEqual({ found: ["Happened"] })
})

test("a bundle that leaves PGlite external runs on the embedded database", async () => {
  const program = await bundle("external", withoutPGlite)
  installBeside(program)
  expect(await run(program)).toEqual({ found: ["Happened"] })
})

test("a bundle with PGlite but without PGlite's files fails with the remedy", async () => {
  expect(await run(await bundle("without-files"))).toEqual({
    failed: "EmbeddedUnavailable",
    reason: "FilesMissing",
    message: `PGlite's files are not beside the bundle in ${Path.join(folder, "without-files")}/: ` +
      "leave @electric-sql/pglite external when bundling, or copy pglite.data, pglite.wasm, initdb.wasm from that " +
      "package's dist to this folder."
  })
})

test("a bundle with PGlite finds the files of the installed package", async () => {
  const program = await bundle("installed")
  installBeside(program)
  expect(await run(program)).toEqual({ found: ["Happened"] })
})

test("a bundle with PGlite and with PGlite's files beside it runs on the embedded database", async () => {
  const program = await bundle("with-files")
  for (const file of ["pglite.data", "pglite.wasm", "initdb.wasm"]) {
    Fs.copyFileSync(Path.join(pglite, "dist", file), Path.join(Path.dirname(program), file))
  }
  expect(await run(program)).toEqual({ found: ["Happened"] })
})
