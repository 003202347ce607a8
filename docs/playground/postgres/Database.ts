/*
 * PostgreSQL in the page: PGlite's files are loaded, and a database is initialised and migrated, once. Each run then starts
 * a copy of that database, without the network and in a fraction of the time.
 */
import { PGlite, type PGliteOptions } from "@electric-sql/pglite"
import * as EmbeddedClient from "@refold/postgres/internal/embedded/EmbeddedClient"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as References from "effect/References"

/** Where PGlite's files are. */
export interface Files {
  readonly pglite: string
  readonly initdb: string
  /** PGlite's file system. */
  readonly data: string
}

/** What a database starts from. It can be posted from one worker to another. */
export interface Prepared {
  readonly pglite: WebAssembly.Module
  readonly initdb: WebAssembly.Module
  readonly data: Blob
  /** The data folder of a database with an empty store, as a tar file. */
  readonly migrated: Blob
}

/** Loads PGlite's files and makes an empty store. Rejects where a file cannot be loaded. */
export const prepare = async (files: Files): Promise<Prepared> => {
  const [pglite, initdb, data] = await Promise.all([
    WebAssembly.compileStreaming(load(files.pglite)),
    WebAssembly.compileStreaming(load(files.initdb)),
    load(files.data).then((response) => response.blob())
  ])
  const db = await PGlite.create(options({ pglite, initdb, data }))
  const migrate = Effect.provide(PostgresStore.migrate(), EmbeddedClient.layer(Effect.succeed(db)))
  // It warns of a superuser; this database has no other role.
  await Effect.runPromise(Effect.provideService(migrate, References.MinimumLogLevel, "Error"))
  return { pglite, initdb, data, migrated: await db.dumpDataDir("none") }
}

/** Starts a copy of the prepared database, in memory. */
export const open = async ({ migrated, ...files }: Prepared): Promise<PGlite> => {
  const db = await PGlite.create({ ...options(files), loadDataDir: migrated })
  // As the embedded store does where it opens a database.
  await db.exec("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")
  return db
}

const options = ({ data, initdb, pglite }: Omit<Prepared, "migrated">): PGliteOptions => ({
  fsBundle: data,
  initdbWasmModule: initdb,
  pgliteWasmModule: pglite
})

const load = async (address: string): Promise<Response> => {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${new URL(address).pathname} cannot be loaded: ${response.status}`)
  return response
}
