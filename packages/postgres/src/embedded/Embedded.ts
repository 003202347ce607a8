/*
 * An embedded PostgreSQL as a Layer: PGlite runs in this process, in memory or in a folder, and the ordinary
 * PgClient talks to it. It needs no server and no set-up, and no other process can reach it.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import type { PGlite } from "@electric-sql/pglite"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as EmbeddedClient from "./internal/EmbeddedClient.ts"
import * as FolderLock from "./internal/FolderLock.ts"
import * as PGliteFiles from "./internal/PGliteFiles.ts"

/** Where the embedded database keeps its data. */
export interface Options {
  /** A folder, created if absent. In memory, and gone with the scope, when left out. */
  readonly dataDir?: string
}

/**
 * The embedded database cannot be opened. `reason` is one of:
 *
 * - `NotInstalled`: the optional peer `@electric-sql/pglite` is absent;
 * - `FilesMissing`: the program is bundled with PGlite, but without the files that PGlite reads when it starts;
 * - `FolderInUse`: another process, or another layer of this one, has the folder open;
 * - `FolderUnusable`: the folder cannot be created, read or written, or holds something that is not a database;
 * - `StartFailed`: PGlite did not start, as on a damaged folder.
 */
export class EmbeddedUnavailable extends Data.TaggedError("EmbeddedUnavailable")<{
  readonly reason: "NotInstalled" | "FilesMissing" | "FolderInUse" | "FolderUnusable" | "StartFailed"
  readonly message: string
  readonly cause?: unknown
}> {}

/**
 * Provides `PgClient` and `SqlClient` on an embedded PostgreSQL 18, closed with the scope.
 *
 * Connections of the pool are isolated from each other but take turns: one transaction runs at a time, so races and
 * lock waits cannot be seen here, and a query holds up the whole process while it runs. What was committed to a
 * folder survives the end of the process, however it ends; PGlite has no fsync, so a power failure can lose it.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, EmbeddedUnavailable | SqlError.SqlError> =>
  EmbeddedClient.layer(open(options.dataDir))

const open = Effect.fnUntraced(function*(
  dataDir: string | undefined
): Effect.fn.Return<PGlite, EmbeddedUnavailable, Scope.Scope> {
  const { PGlite } = yield* load
  const files = yield* findFiles
  // Resolved, because PGlite reads a prefix such as "idb://" as another kind of store.
  const folder = dataDir === undefined ? undefined : Path.resolve(dataDir)
  if (folder !== undefined) yield* claim(folder)
  const start = Effect.tryPromise({
    try: () => PGlite.create({ ...files, ...(folder === undefined ? {} : { dataDir: folder }) }),
    catch: (cause) =>
      new EmbeddedUnavailable({
        reason: "StartFailed",
        message: `The embedded PostgreSQL did not start ${folder === undefined ? "in memory" : `on ${folder}`}.`,
        cause
      })
  })
  return yield* Effect.acquireRelease(start, (db) => Effect.promise(() => db.close()))
})

const load = Effect.tryPromise({
  try: () => import("@electric-sql/pglite"),
  catch: (cause) =>
    new EmbeddedUnavailable({
      reason: "NotInstalled",
      message: "The embedded PostgreSQL needs the package @electric-sql/pglite: npm install @electric-sql/pglite",
      cause
    })
})

const findFiles = Effect.mapError(
  PGliteFiles.find,
  (folder) =>
    new EmbeddedUnavailable({
      reason: "FilesMissing",
      message:
        `PGlite's files are not beside the bundle in ${folder}: leave @electric-sql/pglite external when bundling, ` +
        `or copy ${Object.values(PGliteFiles.names).join(", ")} from that package's dist to this folder.`
    })
)

const claim = Effect.fnUntraced(function*(folder: string): Effect.fn.Return<void, EmbeddedUnavailable, Scope.Scope> {
  yield* Effect.try({ try: () => prepare(folder), catch: (cause) => unusable(folder, cause) })
  const owner = yield* FolderLock.acquire(folder).pipe(Effect.mapError((cause) => unusable(folder, cause)))
  if (owner === undefined) return
  return yield* new EmbeddedUnavailable({
    reason: "FolderInUse",
    message: `The folder ${folder} is open in process ${owner}. If that is no longer so, delete ${FolderLock.lockFile}.`
  })
})

const prepare = (folder: string): void => {
  Fs.mkdirSync(folder, { recursive: true })
  const files = Fs.readdirSync(folder).filter((name) => name !== FolderLock.lockFile)
  if (files.length > 0 && !files.includes("PG_VERSION")) throw new Error("it holds other files and no database")
}

const unusable = (folder: string, cause: unknown): EmbeddedUnavailable =>
  new EmbeddedUnavailable({
    reason: "FolderUnusable",
    message: `The folder ${folder} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause
  })
