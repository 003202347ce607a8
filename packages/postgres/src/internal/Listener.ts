/**
 * LISTEN, on a connection of its own. One of the pool's would be missing there for as long as somebody follows the log:
 * with a small pool, followers who wait for a connection to read with and the listener could wait for each other.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

/**
 * What is said on a channel, and an empty text whenever listening has begun: before that, anything may have been said.
 * Connects as the client with this configuration does; tries for ever, also when the connection is lost.
 */
export const listen = (config: PgClient.PgClientConfig, channel: string): Stream.Stream<string> =>
  Stream.unwrap(Effect.gen(function*() {
    const connection = yield* PgConnection.make(config)
    const notifications = Stream.fromQueue(yield* connection.listen(channel))
    return Stream.concat(Stream.succeed(""), Stream.map(notifications, ({ payload }) => payload))
  })).pipe(
    Stream.tapError((error) => Effect.logDebug(`not listening on ${channel}`, error)),
    Stream.retry(reconnecting),
    // Its schedule never ends.
    Stream.orDie
  )

// Begins anew with each success. Meanwhile polling serves, so there is no hurry.
const reconnecting = Schedule.exponential(Duration.millis(100)).pipe(
  (quick) => Schedule.min([quick, Schedule.spaced(Duration.seconds(5))]),
  Schedule.jittered
)
