/**
 * LISTEN, on a connection of its own. Taken from the pool, it would be missing there for as long as the log is followed:
 * with a small pool, subscribers that wait for a connection to read with and the listener could wait for each other.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Denial from "../../schema/internal/Denial.ts"

/** The channel of a store. */
export const channelOf = (schema: string): string => `refold_${schema}`

/**
 * The payloads sent on the channel of a store, and an empty text whenever listening has begun, because earlier payloads may have been
 * missed. Connects with the client's configuration; reconnects without limit when the connection is lost. Ends with a warning
 * where the server refuses the role.
 */
export const listen = (config: PgClient.PgClientConfig, schema: string): Stream.Stream<string> => {
  const channel = channelOf(schema)
  return Stream.unwrap(Effect.gen(function*() {
    const connection = yield* PgConnection.make(config)
    const notifications = Stream.fromQueue(yield* connection.listen(channel))
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
    // Only a denial ends the schedule; what reads the log fails by itself then.
    Stream.catch(() => Stream.empty)
  )
}
