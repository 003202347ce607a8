/** The pool of connections to a server. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as CheckOptions from "@refold/store/internal/log/CheckOptions"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { ConnectionOptions } from "node:tls"
import * as ServerUrl from "./ServerUrl.ts"

/** A server and the options of its connections; see `PostgresStore.ServerOptions`. */
export interface Options extends PoolOptions {
  readonly url: Redacted.Redacted
}

/** The options of the connections to a server, besides its url. */
export interface PoolOptions {
  /**
   * Whether to encrypt the connection, or how: options of Node's `tls.connect`, such as `ca` and `servername`. By default
   * the `sslmode` of the url decides, and without one the connection is not encrypted; for a host other than this machine
   * that logs a warning. If it is encrypted, the certificate and its host name are verified.
   */
  readonly ssl?: boolean | ConnectionOptions | undefined
  /** Maximum connections of the pool, 10 by default. One more listens while the log is followed. */
  readonly maxConnections?: number | undefined
  /** Connections that stay open without use; none by default. At most `maxConnections`. */
  readonly minConnections?: number | undefined
  /** How long a connection stays open without use; 1 minute by default. */
  readonly idleTimeout?: Duration.Input | undefined
  /** The age at which a connection is replaced by a new one; none by default. */
  readonly connectionTTL?: Duration.Input | undefined
  /** The time within which a connection must be ready, 5 seconds by default; takes precedence over the url's `connect_timeout`. */
  readonly connectTimeout?: Duration.Input | undefined
  /**
   * The `application_name` of the sessions, as the server shows it. By default that of the url, and otherwise `refold`. The
   * server keeps at most 63 bytes.
   */
  readonly applicationName?: string | undefined
  /**
   * The server's `statement_timeout`: it cancels a statement that takes longer, migrations included, and the call fails with
   * `EventStoreError`. None by default; longer than `queryTimeout` has no effect. Not allowed together with `pooler`, because
   * poolers do not pass it on: set it for the role instead.
   */
  readonly statementTimeout?: Duration.Input | undefined
  /** Set behind a pooler that shares connections between transactions: no named prepared statements and no LISTEN. */
  readonly pooler?: boolean | undefined
}

/** The client. The url is checked before it is passed to the driver, whose errors would contain it. */
export const layer = (
  { ssl, url, ...pool }: Options
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, InvalidInput | SqlError.SqlError> =>
  Layer.unwrap(Effect.gen(function*() {
    const { applicationName, sslmode, ...server } = yield* Effect.fromResult(ServerUrl.parse(url))
    const { isPlain } = yield* Effect.fromResult(ServerUrl.encryption({ ...server, sslmode }, ssl))
    const checked = yield* Effect.fromResult(checkPool({ applicationName: applicationName ?? "refold", ...pool }))
    if (isPlain) yield* warn(server.host)
    return PgClient.layer({
      url,
      // Set for the spans, which name the server.
      ...server,
      ...(ssl === undefined ? {} : { ssl }),
      ...checked,
      maxMessageSize,
      // Detects a server that disappeared without closing its connections.
      keepAlive: "30 seconds"
    })
  }))

type Checked = Omit<PgClient.PgPoolConfig, "url">

const checkPool = (
  { applicationName, maxConnections = 10, minConnections = 0, pooler = false, statementTimeout, ...times }: Omit<
    PoolOptions,
    "ssl"
  >
): Result.Result<Checked, InvalidInput> =>
  Result.gen(function*() {
    if (!(Number.isSafeInteger(minConnections) && minConnections >= 0 && minConnections <= maxConnections)) {
      return yield* invalid("minConnections", "must be a whole number from 0 to maxConnections")
    }
    if (typeof applicationName !== "string" || !/^[\x20-\x7e]+$/.test(applicationName)) {
      return yield* invalid("applicationName", "must be a text of printable ASCII characters")
    }
    if (pooler && statementTimeout !== undefined) {
      return yield* invalid("statementTimeout", "must not be given behind a pooler: set it for the role, by ALTER ROLE")
    }
    return {
      maxConnections: yield* CheckOptions.count("maxConnections", maxConnections),
      minConnections,
      applicationName,
      prepare: !pooler,
      idleTimeout: yield* time("idleTimeout", times.idleTimeout),
      connectionTTL: yield* time("connectionTTL", times.connectionTTL),
      connectTimeout: yield* time("connectTimeout", times.connectTimeout),
      // Poolers refuse parameters that they do not know; see `Isolation` for sessions without it.
      ...(pooler ? {} : { startupParameters: yield* parameters(statementTimeout) })
    }
  })

const time = (
  field: string,
  input: Duration.Input | undefined
): Result.Result<Duration.Duration | undefined, InvalidInput> =>
  input === undefined ? Result.succeed(undefined) : CheckOptions.duration(field, input)

const parameters = (
  statementTimeout: Duration.Input | undefined
): Result.Result<Readonly<Record<string, string>>, InvalidInput> =>
  Result.flatMap(time("statementTimeout", statementTimeout), (limit) => {
    const millis = limit === undefined ? undefined : Math.floor(Duration.toMillis(limit))
    if (millis !== undefined && millis > maxMillis)
      return invalid("statementTimeout", `must be at most ${maxMillis} ms`)
    return Result.succeed({
      default_transaction_isolation: "read committed",
      ...(millis === undefined ? {} : { statement_timeout: `${millis}` })
    })
  })

// The maximum of the server's setting.
const maxMillis = 2 ** 31 - 1

const warn = (host: string | undefined): Effect.Effect<void> =>
  Effect.logWarning(
    `the connection to ${host} is not encrypted: set sslmode=verify-full in the url, or sslmode=disable where the network is trusted`
  )

// The maximum size of a jsonb value.
const maxMessageSize = 256 * 1024 * 1024
