/**
 * LISTEN, on a connection of its own. Taken from the pool, it would be missing there for as long as the log is followed:
 * with a small pool, subscribers that wait for a connection to read with and the listener could wait for each other.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

/**
 * The payloads sent on a channel, and an empty text whenever listening has begun, because earlier payloads may have been
 * missed. Connects with the client's configuration; reconnects without limit when the connection is lost.
 */
export const listen = (config: PgClient.PgClientConfig, channel: string): Stream.Stream<string> =>
  Stream.unwrap(Effect.gen(function*() {
    const connection = yield* PgConnection.make(config)
    const notifications = Stream.fromQueue(yield* connection.listen(channel))
    return Stream.concat(Stream.succeed(""), Stream.map(notifications, ({ payload }) => payload))
  })).pipe(
    Stream.tapError((error) => Effect.logDebug(`not listening on ${channel}`, error)),
    Stream.retry(reconnecting),
    // The schedule has no end.
    Stream.orDie
  )

// Restarts with each success. Meanwhile polling finds the events, so the interval may be long.
const reconnecting = Schedule.exponential(Duration.millis(100)).pipe(
  (quick) => Schedule.min([quick, Schedule.spaced(Duration.seconds(5))]),
  Schedule.jittered
)
