/*
 * A real PostgreSQL for the tests, from the first available source: the server that DATABASE_URL names, a
 * container, or local binaries. REFOLD_PG_VERSION selects the major version of the latter two.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as ContainerPostgres from "./ContainerPostgres.ts"
import * as LocalPostgres from "./LocalPostgres.ts"

/** A server, and the url of a superuser on it. */
export interface PostgresServer {
  readonly url: string
  /** The version that the server reports, such as `18.4`. */
  readonly version: string
  readonly source: "DATABASE_URL" | "container" | "local binaries"
  /** Stops the server and removes its data; does nothing to a server that was not started here. */
  readonly stop: () => Promise<void>
  /** Shuts the server down and starts it again on the same port. Rejects unless it comes from local binaries. */
  readonly restart: () => Promise<void>
  /** Kills the server without warning and starts it again. Rejects unless it comes from local binaries. */
  readonly crash: () => Promise<void>
}

/** The major version to start: REFOLD_PG_VERSION, or 18. */
export const wantedVersion = (): string => process.env["REFOLD_PG_VERSION"] ?? "18"

/** The major version of a server. */
export const majorOf = ({ version }: Pick<PostgresServer, "version">): string => version.split(".")[0]!

/** Finds or starts a server. Local binaries run without fsync, because a failure of the machine is not tested. */
export const start = async (): Promise<PostgresServer> =>
  await given() ?? await container() ?? await startLocal(wantedVersion(), ["fsync=off"])

/** Starts a server of a major version from local binaries, for tests that restart it or kill it. */
export const startLocal = async (version: string, settings: ReadonlyArray<string> = []): Promise<PostgresServer> => {
  const local = await LocalPostgres.start(version, { settings })
  return { ...local, version: await reportedVersion(local.url), source: "local binaries" }
}

const given = async (): Promise<PostgresServer | undefined> => {
  const url = process.env["DATABASE_URL"]
  if (url === undefined || url === "") return undefined
  const source = "DATABASE_URL"
  return { url, version: await reportedVersion(url), source, stop: () => Promise.resolve(), ...unavailable(source) }
}

const container = async (): Promise<PostgresServer | undefined> => {
  const running = await ContainerPostgres.start(wantedVersion())
  if (running === undefined) return undefined
  const source = "container"
  return { ...running, version: await reportedVersion(running.url), source, ...unavailable(source) }
}

const unavailable = (source: string): Pick<PostgresServer, "restart" | "crash"> => {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`The server comes from ${source}: only one from local binaries can be restarted here.`))
  return { restart: refuse, crash: refuse }
}

const reportedVersion = (url: string): Promise<string> =>
  Effect.runPromise(
    Effect.flatMap(PgClient.PgClient, (sql) => sql<{ server_version: string }>`show server_version`).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })),
      Effect.map((rows) => rows[0]?.server_version ?? "unknown")
    )
  )
