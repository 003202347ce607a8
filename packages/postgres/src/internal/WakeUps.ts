/**
 * Tells those who follow the log that it may have grown: in this process after each append, in others by NOTIFY. These
 * are hints; who misses one finds out by polling.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import type { Database } from "./Database.ts"
import * as Listener from "./Listener.ts"

/** Both ends. */
export interface WakeUps {
  /** To be run after an append that has succeeded: wakes once it is committed, and waits for nobody. */
  readonly appended: Effect.Effect<void>
  /** An element whenever the log may have grown. Listens only while it is read. */
  readonly stream: Stream.Stream<unknown>
}

/** Whom wake-ups reach: this process, and with `notify` all that have this schema of the database open. */
export interface Options {
  readonly schema: string
  readonly notify: boolean
}

/** Wake-ups for one store. */
export const make = Effect.fnUntraced(function*(
  database: Database,
  { notify, schema }: Options
): Effect.fn.Return<WakeUps, never, Scope.Scope> {
  const grown = yield* PubSub.sliding<void>(1)
  const appended = database.afterCommit(Effect.asVoid(PubSub.publish(grown, undefined)))
  // The first element at once: an append between a look at the log and this subscription woke nobody.
  const here = Stream.unwrap(
    Effect.map(
      PubSub.subscribe(grown),
      (wakeUps) => Stream.concat(Stream.succeed(undefined), Stream.fromSubscription(wakeUps))
    )
  )
  if (!notify) return { appended, stream: here }

  // A channel's name is cut at 63 bytes; long schemas that begin alike merely wake each other needlessly.
  const channel = `refold_${schema}`.slice(0, 63)
  const sender = randomUUID()
  yield* Effect.forkScoped(tell(database, yield* PubSub.subscribe(grown), { channel, sender }))
  const client = yield* Effect.serviceOption(PgClient.PgClient)
  const elsewhere = Option.match(client, {
    onNone: () => Stream.empty,
    // What this process says it has heard by itself, and sooner.
    onSome: ({ config }) => Stream.filter(Listener.listen(config, channel), (heard) => heard !== sender)
  })
  return { appended, stream: Stream.merge(here, elsewhere) }
})

// Its own fiber, so that no append waits. One NOTIFY for all appends of a while: at any rate of appends it costs the
// server the same, and the first of them is told of at once.
const tell = (
  database: Database,
  grown: PubSub.Subscription<void>,
  notification: { readonly channel: string; readonly sender: string }
): Effect.Effect<never> =>
  PubSub.take(grown).pipe(
    Effect.andThen(Effect.ignore(database.query("queries/notify", notification))),
    Effect.andThen(Effect.sleep(atMostEvery)),
    Effect.forever
  )

// Far below what anybody notices, far above what a NOTIFY costs.
const atMostEvery = "5 millis"
