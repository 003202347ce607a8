/**
 * Notifications that the log may have grown: in this process after each append, in other processes by NOTIFY. They are
 * hints; a subscriber that misses one finds the events by polling.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import * as Listener from "./Listener.ts"

/** Sends and receives notifications. */
export interface AppendNotifications {
  /** Run after a successful append: notifies once it is committed, and does not wait for subscribers. */
  readonly appended: Effect.Effect<void>
  /** An element whenever the log may have grown. Listens only while it is read. */
  readonly stream: Stream.Stream<unknown>
}

/** With `notify`, notifications reach all processes with this schema open; without, only this process. */
export interface Options {
  readonly schema: string
  readonly notify: boolean
}

/** The notifications of one store. */
export const make = Effect.fnUntraced(function*(
  database: Database,
  { notify, schema }: Options
): Effect.fn.Return<AppendNotifications, never, Scope.Scope> {
  const grown = yield* PubSub.sliding<void>(1)
  const appended = database.afterCommit(Effect.asVoid(PubSub.publish(grown, undefined)))
  // The first element at once, because an append between a poll and this subscription notified no subscriber.
  const here = Stream.unwrap(
    Effect.map(
      PubSub.subscribe(grown),
      (subscription) => Stream.concat(Stream.succeed(undefined), Stream.fromSubscription(subscription))
    )
  )
  if (!notify) return { appended, stream: here }

  const channel = Listener.channelOf(schema)
  const sender = crypto.randomUUID()
  yield* Effect.forkScoped(sendNotifications(database, yield* PubSub.subscribe(grown), { channel, sender }))
  const client = yield* Effect.serviceOption(PgClient.PgClient)
  const elsewhere = Option.match(client, {
    onNone: () => Stream.empty,
    // This process' own notifications are delivered inside the process.
    onSome: ({ config }) => Stream.filter(Listener.listen(config, schema), (payload) => payload !== sender)
  })
  return { appended, stream: Stream.merge(here, elsewhere) }
})

// Its own fiber, so that no append waits. One NOTIFY for all appends of an interval, so that its cost does not grow with
// the rate of appends; the first append after a pause is announced at once.
const sendNotifications = (
  database: Database,
  grown: PubSub.Subscription<void>,
  notification: { readonly channel: string; readonly sender: string }
): Effect.Effect<never> =>
  PubSub.take(grown).pipe(
    Effect.andThen(Effect.ignore(notify(database, notification))),
    Effect.andThen(Effect.sleep(atMostEvery)),
    Effect.forever
  )

// Short compared with what a reader can notice, long compared with the cost of a NOTIFY.
const atMostEvery = "5 millis"

// A separate statement and never part of an append's transaction, because the server serialises the commits of transactions
// that notify. For the same reason it does not wait for the disk: a notification is only a hint.
const notify = (
  { sql }: Database,
  { channel, sender }: { readonly channel: string; readonly sender: string }
) => sql`SELECT set_config('synchronous_commit', 'off', true), pg_notify(${channel}::text, ${sender}::text)`
