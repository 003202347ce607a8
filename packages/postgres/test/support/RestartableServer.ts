/*
 * A server that a test may restart or kill, from binaries of the same major version as the server of the run. If there
 * are none, the tests that need one are skipped, and their names contain the reason.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { afterAll, inject } from "vitest"
import { freshDatabase } from "./freshDatabase.ts"
import * as PostgresBinaries from "./PostgresBinaries.ts"
import * as PostgresServer from "./PostgresServer.ts"

const version = inject("postgresVersion")

/** Whether the tests that need such a server must be skipped. */
export const isMissing = !PostgresBinaries.available(version)

/** The end of the name of a group of tests that need such a server: the reason if they are skipped. */
export const ifSkipped = isMissing ? ` (skipped: there are no binaries of PostgreSQL ${version} here)` : ""

/** Starts a server. The caller stops it. */
export const start = (): Promise<PostgresServer.PostgresServer> => PostgresServer.startLocal(version)

/** A server for all tests of a file, in sequence: each gets a fresh database on it. */
export const shared = (
  prepare: (server: PostgresServer.PostgresServer) => Promise<void> = () => Promise.resolve()
): Effect.Effect<PostgresServer.PostgresServer, SqlError, Scope.Scope> => {
  let starting: Promise<PostgresServer.PostgresServer> | undefined
  const startOnce = async () => {
    const server = await start()
    await prepare(server)
    return server
  }
  afterAll(async () => (await starting)?.stop())
  return Effect.gen(function*() {
    const server = yield* Effect.promise(() => starting ??= startOnce())
    return { ...server, url: yield* freshDatabase(server.url) }
  })
}

/** A server that is stopped with the scope. */
export const scoped: Effect.Effect<PostgresServer.PostgresServer, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(start),
  ({ stop }) => Effect.promise(stop)
)
