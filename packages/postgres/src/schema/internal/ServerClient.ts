/** The pool of connections to a server. */
import * as PgClient from "@effect/sql-pg/PgClient"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { ConnectionOptions } from "node:tls"
import * as ServerUrl from "./ServerUrl.ts"

/** A server and how to talk to it; see `PostgresStore.ServerOptions`. */
export interface Options {
  readonly url: Redacted.Redacted
  readonly ssl: boolean | ConnectionOptions | undefined
  readonly maxConnections: number | undefined
  readonly pooler: boolean
}

/** The client. The url is checked before the driver gets it, whose errors would hold it. */
export const layer = (
  { maxConnections = 10, pooler, ssl, url }: Options
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, InvalidInput | SqlError.SqlError> =>
  Layer.unwrap(Effect.gen(function*() {
    const { sslmode, ...server } = yield* Effect.fromResult(ServerUrl.parse(url))
    const { isPlain } = yield* Effect.fromResult(ServerUrl.encryption({ ...server, sslmode }, ssl))
    if (isPlain) yield* warn(server.host)
    return PgClient.layer({
      url,
      // Named for the spans.
      ...server,
      ...(ssl === undefined ? {} : { ssl }),
      maxConnections,
      prepare: !pooler,
      // Poolers refuse parameters that they do not know; see `Isolation` for sessions without it.
      ...(pooler ? {} : { startupParameters: { default_transaction_isolation: "read committed" } }),
      applicationName: "refold",
      maxMessageSize,
      // So that a server that vanished without closing its connections is detected.
      keepAlive: "30 seconds"
    })
  }))

const warn = (host: string | undefined): Effect.Effect<void> =>
  Effect.logWarning(
    `the connection to ${host} is not encrypted: set sslmode=verify-full in the url, or sslmode=disable where the network is trusted`
  )

// The maximum size of a jsonb value.
const maxMessageSize = 256 * 1024 * 1024
