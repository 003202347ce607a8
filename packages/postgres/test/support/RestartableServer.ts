/*
 * A server that a test may restart or kill, from binaries of the same major version as the server of the run. Where there
 * are none, the tests that need one are skipped, and their name says why.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { inject } from "vitest"
import * as PostgresBinaries from "./PostgresBinaries.ts"
import * as PostgresServer from "./PostgresServer.ts"

const version = inject("postgresVersion")

/** Whether the tests that need such a server must be skipped. */
export const isMissing = !PostgresBinaries.available(version)

/** Ends the name of a group of tests that need such a server: says why they are skipped, if they are. */
export const ifSkipped = isMissing ? ` (skipped: there are no binaries of PostgreSQL ${version} here)` : ""

/** Starts a server. The caller stops it. */
export const start = (): Promise<PostgresServer.PostgresServer> => PostgresServer.startLocal(version)

/** A server that is stopped with the scope. */
export const scoped: Effect.Effect<PostgresServer.PostgresServer, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(start),
  ({ stop }) => Effect.promise(stop)
)
