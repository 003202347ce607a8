/**
 * LISTEN, on a separate connection that all stores on a client share. It does not come from the pool, where it would be missing
 * while the log is followed: with a small pool, the listener and subscribers that need a connection could wait for each other.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import * as Effect from "effect/Effect"
import * as RcRef from "effect/RcRef"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type * as SqlError from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import * as Denial from "../../schema/internal/Denial.ts"

/** The channel of a store. */
export const channelOf = (schema: string): string => `refold_${schema}`

/**
 * The payloads sent on the channel of a store, and an empty text whenever listening has begun, because earlier payloads may
 * have been missed. Connects with the client's configuration; reconnects without limit when the connection is lost. Ends with
 * a warning if the server refuses the role.
 */
export const listen = (config: PgClient.PgClientConfig, schema: string): Stream.Stream<string> => {
  const channel = channelOf(schema)
  return Stream.unwrap(Effect.gen(function*() {
    const session = yield* open(config)
    const lost = Effect.sync(() => session.isLost = true)
    const queue = yield* Effect.tapError(session.connection.listen(channel), () => lost)
    const notifications = Stream.tapError(Stream.fromQueue(queue), () => lost)
    return Stream.concat(Stream.succeed(""), Stream.map(notifications, ({ payload }) => payload))
  })).pipe(
    Stream.tapError((error) =>
      Denial.isDenial(error)
        ? Effect.logWarning(`not listening on ${channel}: events are polled for`, Denial.explain(error, schema))
        : Effect.logDebug(`not listening on ${channel}`, error)
    ),
    Stream.retry((forErrors) =>
      Schedule.while(forErrors(RetryPolicies.listenAgain), ({ input }) => !Denial.isDenial(input))
    ),
    // Only a denial ends the schedule; reads of the log then fail with their own errors.
    Stream.catch(() => Stream.empty)
  )
}

/** A connection that listens for all stores on a client. */
interface Session {
  readonly connection: PgConnection.PgConnection
  /** Set by the first of its channels that fails. */
  isLost: boolean
}

// Keyed by the configuration, which is one object for each client.
const sessions = new WeakMap<PgClient.PgClientConfig, RcRef.RcRef<Session, SqlError.SqlError>>()

// Connected while any store listens. The next store that listens replaces a lost session.
const open = Effect.fnUntraced(function*(config: PgClient.PgClientConfig) {
  const made = yield* sessionOf(config)
  // Another store may have created it meanwhile.
  const ref = sessions.get(config) ?? made
  sessions.set(config, ref)
  const session = yield* RcRef.get(ref)
  if (!session.isLost) return session
  yield* RcRef.invalidate(ref)
  return yield* RcRef.get(ref)
})

const sessionOf = (config: PgClient.PgClientConfig) =>
  RcRef.make({
    // Pinned, because several channels share the connection.
    acquire: Effect.flatMap(PgConnection.make(config), ({ pin }) =>
      Effect.map(pin, (connection): Session => ({ connection, isLost: false })))
    // It holds no resources while no store listens, so its own scope need not close.
  }).pipe(Scope.provide(Scope.makeUnsafe()))
