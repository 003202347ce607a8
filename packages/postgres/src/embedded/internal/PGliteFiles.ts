/*
 * PGlite reads three files beside its own module. In a bundle that contains PGlite they are missing, and PGlite then ends
 * the process with an unhandled rejection. So in a bundle the files are searched beforehand.
 */
import type { PGliteOptions } from "@electric-sql/pglite"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { fileURLToPath } from "node:url"

/** The files, as PGlite takes them instead of reading its own. */
export type PGliteFiles = Pick<PGliteOptions, "fsBundle" | "pgliteWasmModule" | "initdbWasmModule">

// From PGlite's types, because not every version of Node's types has the namespace WebAssembly.
type WasmModule = NonNullable<PGliteOptions["pgliteWasmModule"]>

/** The names of the files in PGlite's `dist`. */
export const names = { data: "pglite.data", pglite: "pglite.wasm", initdb: "initdb.wasm" } as const

/**
 * The files that PGlite must be given: none if it finds them itself, those of the installed package in a bundle without
 * them. Fails with the folder of the bundle if they are in neither place.
 */
export const find: Effect.Effect<PGliteFiles, string> = Effect.suspend(() => {
  if (!isBundled) return Effect.succeed({})
  const own = new URL(".", import.meta.url)
  if (isComplete(own)) return Effect.succeed({})
  const installed = installedFolder()
  const missing = fileURLToPath(own)
  return installed === undefined || !isComplete(installed)
    ? Effect.fail(missing)
    : Effect.tryPromise({ try: () => readAll(installed), catch: () => missing })
})

const readAll = async (folder: URL): Promise<PGliteFiles> => {
  const read = (name: string): Promise<Buffer<ArrayBuffer>> => Fs.promises.readFile(new URL(name, folder))
  const compile = async (name: string): Promise<WasmModule> => wasm.compile(await read(name))
  const [data, pglite, initdb] = await Promise.all([read(names.data), compile(names.pglite), compile(names.initdb)])
  return { fsBundle: new Blob([data]), pgliteWasmModule: pglite, initdbWasmModule: initdb }
}

const { WebAssembly: wasm }: {
  readonly WebAssembly: { readonly compile: (bytes: Uint8Array) => Promise<WasmModule> }
} = Object(globalThis)

// A bundler merges modules into a file of another name. A CommonJS bundle has no URL: there PGlite must be external.
const url: string | undefined = import.meta.url
const isBundled = url !== undefined && !/\/embedded\/internal\/PGliteFiles\.(?:js|ts)$/.test(url)

const isComplete = (folder: URL): boolean => Object.values(names).every((name) => Fs.existsSync(new URL(name, folder)))

const installedFolder = (): URL | undefined => {
  try {
    return new URL(".", import.meta.resolve("@electric-sql/pglite"))
  } catch {
    // Not installed: the bundle contains PGlite.
    return undefined
  }
}
