/** The port to the event store, on one database. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Heads from "@refold/store/internal/log/Heads"
import type * as EventStore from "@refold/store/log/EventStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { append, findAppended } from "./Append.ts"
import type { Database } from "./Database.ts"
import { forgetKeys } from "./ForgetKeys.ts"
import * as Head from "./Head.ts"
import * as LookUps from "./LookUps.ts"
import * as Read from "./Read.ts"
import * as WakeUps from "./WakeUps.ts"

/** How followers of the log learn of new events. */
export interface Options extends WakeUps.Options {
  readonly pollEvery: Duration.Input
}

/** The adapter; its scope ends those who follow the log. */
export const make = Effect.fnUntraced(function*(
  database: Database,
  { pollEvery, ...options }: Options
): Effect.fn.Return<EventStore.Adapter, InvalidInput, Scope.Scope> {
  if (!Duration.isPositive(Duration.fromInputUnsafe(pollEvery))) {
    return yield* new InvalidInput({ field: "pollEvery", rule: "must be longer than nothing" })
  }
  const wakeUps = yield* WakeUps.make(database, options)
  const head = Head.make(database)
  return {
    commit: (commit, inline) => Effect.tap(append(database, commit, inline), wakeUps.appended),
    findAppended: (idempotency) => findAppended(database, idempotency),
    forgetKeys: (before) => forgetKeys(database, before),
    inTransaction: database.inTransaction,
    readStream: (stream, options) => Read.readStream(database, stream, options),
    readAll: (options) => Read.readAll(database, head, options),
    head: head.current,
    // One watcher serves all, so it must not see by the transaction of the first who follows.
    heads: yield* Heads.watch({ head: database.outsideTransaction(head.current), wakeUps: wakeUps.stream, pollEvery }),
    bound: LookUps.readBound(database, head),
    findEvent: (id) => LookUps.findEvent(database, id),
    streamVersions: (streams) => LookUps.streamVersions(database, streams)
  }
})
