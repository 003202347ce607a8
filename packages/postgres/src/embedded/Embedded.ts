/*
 * An embedded PostgreSQL as a Layer: PGlite runs in this process, in memory or in a folder, and the ordinary
 * PgClient talks to it. It needs no server and no set-up, and no other process can reach it.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import type { PGlite } from "@electric-sql/pglite"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
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
import type * as PGliteSession from "./internal/PGliteSession.ts"
import * as PrivateFolder from "./internal/PrivateFolder.ts"

/** Where the embedded database keeps its data. */
export interface Options {
  /**
   * A folder, created if absent. Without it the database is in memory and is lost when the scope closes. The folder is made
   * private to the user of this process (mode 0700), because it holds the whole log; on Windows its rights stay. Refused if it
   * belongs to another user, or holds a database that other users could write to.
   */
  readonly dataDir?: string
}

/**
 * The embedded database cannot be opened. `reason` is one of:
 *
 * - `NotInstalled`: the optional peer `@electric-sql/pglite` is absent;
 * - `FilesMissing`: the program is bundled with PGlite, but without the files that PGlite reads when it starts;
 * - `FolderInUse`: another process, or another layer of this one, has the folder open; `owner` names it. A folder whose
 *   owner has crashed is taken over up to five seconds later. Also the failure of queries in a process that was suspended
 *   and lost the folder meanwhile;
 * - `FolderUnusable`: the folder cannot be created, read, written or made private, belongs to another user, or
 *   holds something that is not a database, or a database that other users could write to;
 * - `StartFailed`: PGlite did not start, as on a damaged folder.
 */
export class EmbeddedUnavailable extends TaggedError("EmbeddedUnavailable")<{
  readonly reason: "NotInstalled" | "FilesMissing" | "FolderInUse" | "FolderUnusable" | "StartFailed"
  readonly message: string
  readonly owner?: FolderLock.Owner | undefined
  readonly cause?: unknown
}> {}

/** The process that has a folder open: its id, which is not unique across hosts and containers, its host and its start. */
export type Owner = FolderLock.Owner

/**
 * Provides `PgClient` and `SqlClient` on an embedded PostgreSQL 18, closed with the scope.
 *
 * Connections of the pool are isolated from each other but take turns: one transaction runs at a time, so races and
 * lock waits do not occur here, and a query blocks the whole process while it runs. Data committed to a
 * folder survives the end of the process, also a crash; PGlite has no fsync, so a power failure can lose it.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, EmbeddedUnavailable | SqlError.SqlError> =>
  EmbeddedClient.layer(open(options.dataDir))

const open = Effect.fnUntraced(function*(
  dataDir: string | undefined
): Effect.fn.Return<PGliteSession.Engine, EmbeddedUnavailable, Scope.Scope> {
  const { PGlite } = yield* load
  const files = yield* findFiles
  // Resolved, because PGlite reads a prefix such as "idb://" as another kind of store.
  const folder = dataDir === undefined ? undefined : yield* create(Path.resolve(dataDir))
  const lock = folder === undefined ? undefined : yield* claim(folder)
  const start = Effect.tryPromise({
    try: async () => {
      const db = await PGlite.create({ ...files, ...(folder === undefined ? {} : { dataDir: folder }) })
      // PGlite has one session; its isolation level must not depend on the database's default.
      await db.exec("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")
      return db
    },
    catch: (cause) =>
      new EmbeddedUnavailable({
        reason: "StartFailed",
        message: `The embedded PostgreSQL did not start ${folder === undefined ? "in memory" : `on ${folder}`}.`,
        cause
      })
  })
  // Closing writes to the folder, which must not happen once another process owns it.
  const close = (db: PGlite) => Effect.promise(async () => lock?.isOwned() === false ? undefined : db.close())
  const db = yield* Effect.acquireRelease(start, close)
  return folder === undefined || lock === undefined ? db : guarded(db, folder, lock)
})

// How long a check of the lock is valid, in milliseconds: much less than the time in which a folder is taken over.
const checkEvery = 250

/** A database that runs no query once another process has the folder. Uses the wall clock, which advances during a suspension. */
const guarded = (db: PGlite, folder: string, lock: FolderLock.Held): PGliteSession.Engine => {
  let checked = 0
  return {
    execProtocolRawSync: (request) => {
      if (Math.abs(Date.now() - checked) > checkEvery) {
        if (!lock.isOwned()) throw takenOver(folder)
        checked = Date.now()
      }
      return db.execProtocolRawSync(request)
    }
  }
}

const takenOver = (folder: string): EmbeddedUnavailable =>
  new EmbeddedUnavailable({
    reason: "FolderInUse",
    message: printable(`Another process took over the folder ${folder} while this one was suspended: open it again.`)
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

const claim = Effect.fnUntraced(
  function*(folder: string): Effect.fn.Return<FolderLock.Held, EmbeddedUnavailable, Scope.Scope> {
    const trying = <A>(run: () => A) => Effect.try({ try: run, catch: (cause) => unusable(folder, cause) })
    const lock = yield* Effect.mapError(FolderLock.acquire(folder), (cause) => unusable(folder, cause))
    if (lock._tag === "Held") {
      // Only after locking: an owner that is creating the database has files there and no database yet.
      yield* trying(() => PrivateFolder.checkFiles(folder))
      yield* trying(() => PrivateFolder.makePrivate(folder))
      return lock
    }
    const { owner } = lock
    const where = owner === undefined ? "" : `: process ${owner.pid} on ${owner.host}, since ${owner.since}`
    return yield* new EmbeddedUnavailable({
      reason: "FolderInUse",
      owner,
      message: printable(`The folder ${folder} is in use${where}. Close it there, or open another folder.`)
    })
  }
)

// The real path: with a link, the lock and the database could end up in different folders.
const create = (folder: string): Effect.Effect<string, EmbeddedUnavailable> =>
  Effect.try({
    try: () => {
      Fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
      const real = Fs.realpathSync(folder)
      PrivateFolder.checkOwner(real)
      return real
    },
    catch: (cause) => unusable(folder, cause)
  })

const unusable = (folder: string, cause: unknown): EmbeddedUnavailable =>
  new EmbeddedUnavailable({
    reason: "FolderUnusable",
    message: printable(
      `The folder ${folder} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`
    ),
    cause
  })
