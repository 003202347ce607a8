/** The ports `EventStore` and `EventReader` on one database. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import * as HeadWatcher from "@refold/store/internal/log/HeadWatcher"
import type * as EventStore from "@refold/store/log/EventStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Database } from "../../schema/internal/Database.ts"
import { append, findAppended, type WithInlineRows } from "./Append.ts"
import * as AppendNotifications from "./AppendNotifications.ts"
import * as AppendQueue from "./AppendQueue.ts"
import * as GroupReads from "./GroupReads.ts"
import * as Head from "./Head.ts"
import { forgetKeys } from "./IdempotencyKeys.ts"
import * as LogQueries from "./LogQueries.ts"
import * as ReadEvents from "./ReadEvents.ts"

/** How subscribers are notified of new events, the limits of an append, and how inline rows are stored. */
export interface Options extends AppendNotifications.Options {
  readonly pollInterval: Duration.Input
  readonly limits: SizeLimits
  readonly withInlineRows: WithInlineRows
  readonly appendQueue: AppendQueue.Options
}

/** The adapter; closing its scope ends all subscriptions. */
export const make = Effect.fnUntraced(function*(
  database: Database,
  { appendQueue, limits, pollInterval, withInlineRows, ...options }: Options
): Effect.fn.Return<EventStore.Adapter, InvalidInput, Scope.Scope> {
  if (!Duration.isPositive(Duration.fromInputUnsafe(pollInterval))) {
    return yield* new InvalidInput({ field: "pollInterval", rule: "must be longer than 0" })
  }
  const notifications = yield* AppendNotifications.make(database, options)
  const head = Head.make(database)
  const queue = yield* AppendQueue.make(database, appendQueue)
  const readFirst = GroupReads.make(database)
  return {
    commit: (commit, inline) =>
      Effect.tap(append(database, { limits, withInlineRows, queue }, commit, inline), notifications.appended),
    findAppended: (idempotency) => findAppended(database, idempotency),
    forgetKeys: (before) => forgetKeys(database, before),
    inTransaction: database.inTransaction,
    readStream: (stream, options) => ReadEvents.readStream(database, readFirst, stream, options),
    readAll: (options) => ReadEvents.readAll(database, head.read, options),
    logHead: head.read,
    lastInstance: head.lastInstance,
    // One watcher serves all subscribers, so it must not read in the transaction of the first one.
    logHeads: yield* HeadWatcher.watch({
      head: database.outsideTransaction(head.read),
      wakeUps: notifications.stream,
      pollEvery: pollInterval
    }),
    bound: LogQueries.readBound(database, head.read),
    findEvent: (id) => LogQueries.findEvent(database, id),
    streamVersions: (streams) => LogQueries.streamVersions(database, streams)
  }
})
