/*
 * A program that is bundled: opens a store, appends an event, reads it back, and prints the event or the failure as
 * one line of JSON. Takes the url of a server, or no argument for the embedded database.
 */
import type { EventId } from "@refold/core/event/EventId"
import * as StreamName from "@refold/core/event/StreamName"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import * as PostgresStore from "../../src/PostgresStore.ts"

const [, , url] = process.argv

const store = url === undefined
  ? PostgresStore.layerEmbedded()
  : PostgresStore.layer({ url: Redacted.make(url), schema: "bundled" })

const event = {
  // A fresh UUID is an event id.
  id: randomUUID() as EventId,
  type: "Happened",
  schemaVersion: 1,
  data: {},
  metadata: {},
  occurredAt: DateTime.makeUnsafe(0)
}

const program = Effect.gen(function*() {
  const { append, readStream } = yield* EventStore
  const stream = yield* Effect.fromResult(StreamName.parse(`thing-${event.id}`))
  yield* append(stream, [event])
  const events = yield* Stream.runCollect(readStream(stream))
  return { found: events.map(({ type }) => type) }
})

const failure = (error: { readonly _tag: string; readonly message: string; readonly reason?: unknown }) =>
  Effect.succeed({ failed: error._tag, reason: error.reason, message: error.message })

// Only the result goes to stdout, because a migration by a superuser logs a warning.
const logs = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
const result = await Effect.runPromise(
  Effect.catch(Effect.provide(program, store), failure).pipe(Effect.provide(logs))
)
process.stdout.write(JSON.stringify(result))
