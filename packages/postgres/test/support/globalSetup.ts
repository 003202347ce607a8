/*
 * Provides every test file with the url of one PostgreSQL server for the whole run, `inject("postgresUrl")`, and its major
 * version, `inject("postgresVersion")`.
 */
import type { TestProject } from "vitest/node"
import * as PostgresBinaries from "./PostgresBinaries.ts"
import * as PostgresServer from "./PostgresServer.ts"

/** Starts the server and returns the function that stops it. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const began = performance.now()
  const server = await PostgresServer.start()
  const took = Math.round(performance.now() - began)
  process.stderr.write(`PostgreSQL ${server.version} from ${server.source}, ready in ${took} ms\n`)
  const version = PostgresServer.majorOf(server)
  if (!PostgresBinaries.available(version)) {
    process.stderr.write(`Tests that restart or crash a server are skipped: run .ci/postgres ${version} for them\n`)
  }
  project.provide("postgresUrl", server.url)
  project.provide("postgresVersion", version)
  return server.stop
}
