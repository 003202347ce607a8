/*
 * A store on a server whose data folder can be copied and restored: the log that goes back, for the laws.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { inject } from "vitest"
import * as LocalPostgres from "./LocalPostgres.ts"

/** A separate server, which ends with the scope. Without fsync, because a failure of the machine is not tested. */
export const server = ({ fill, settings = [] }: LocalPostgres.StartOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      LocalPostgres.start(inject("postgresVersion"), {
        settings: ["fsync=off", ...settings],
        ...(fill === undefined ? {} : { fill })
      })
    ),
    ({ stop }) => Effect.promise(stop)
  )

/** A folder that is deleted with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-copy-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

// The cost of copying a data folder grows with its number of files, and two thirds of them belong to the templates.
const dropTemplates = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    yield* sql`update pg_database set datistemplate = false`
    yield* sql`drop database template0`
    yield* sql`drop database template1`
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }), { local: true }))

/** A store on such a server, which stays open while the folder is copied and restored. */
export const layer = Layer.unwrap(Effect.gen(function*() {
  const local = yield* server()
  yield* dropTemplates(local.url)
  const copies = yield* folder
  let count = 0
  const take = Effect.promise(async () => {
    const copy = Path.join(copies, String(++count))
    await local.whileStopped((data) => LocalPostgres.copyData(data, copy))
    return Effect.promise(() => local.whileStopped((data) => LocalPostgres.copyData(copy, data)))
  })
  return Layer.merge(
    PostgresStore.layer({ url: Redacted.make(local.url) }),
    Layer.succeed(LogCopy, LogCopy.of({ take }))
  )
}))
