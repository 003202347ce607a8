/*
 * PostgreSQL in the page, from PGlite's files, which the page has loaded: a database is initialised and migrated once, and
 * each run starts a copy of it in a fraction of the time.
 */
import { PGlite, type PGliteOptions } from "@electric-sql/pglite"
import * as EmptyStore from "./EmptyStore.ts"

/** What databases start from. */
export interface Origin {
  readonly pglite: WebAssembly.Module
  readonly initdb: WebAssembly.Module
  /** PGlite's file system. */
  readonly data: Blob
  /** The data folder of a database with a store, as a tar file; undefined before there is one. */
  readonly store: Blob | undefined
}

/** The origin in the assets of a worker: `pglite`, `initdb` and `data` are PGlite's files. */
export const originOf = async (
  { data, initdb, pglite, store }: Readonly<Record<string, ArrayBuffer>>
): Promise<Origin> => ({
  pglite: await WebAssembly.compile(pglite!),
  initdb: await WebAssembly.compile(initdb!),
  data: new Blob([data!]),
  store: store && new Blob([store])
})

/** Starts a database in memory, with an empty store where the origin has none. */
export const open = async ({ data, initdb, pglite, store }: Origin): Promise<PGlite> => {
  const files: PGliteOptions = { fsBundle: data, initdbWasmModule: initdb, pgliteWasmModule: pglite }
  const db = await PGlite.create(store === undefined ? files : { ...files, loadDataDir: store })
  // As the embedded store does where it opens a database.
  await db.exec("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")
  if (store === undefined) await EmptyStore.make(db)
  return db
}
