/** Runs the handler of a `SqlProjection` on one event: its timeout, the statements that it must not send, its failures. */
import { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type { Prepared } from "@refold/core/project/ProjectionFold"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Formatter from "effect/Formatter"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Database from "../../schema/internal/Database.ts"

/** Runs a handler for at most `timeout` milliseconds. A failure poisons the event, unless it is a failure of the store. */
export const run = <Event, E>(
  handler: Effect.Effect<unknown, E>,
  projection: string,
  prepared: Prepared<Event>,
  timeout: number
): Effect.Effect<void, PoisonedEvent | EventStoreError> =>
  guarded(handler).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.fail(`it took longer than ${Duration.format(Duration.millis(timeout))}`)
    }),
    // An interruption of the batch does not reach this, only a handler that interrupts itself.
    Effect.catchCause((cause) => Effect.fail(toFailure(projection, prepared, cause))),
    Effect.asVoid
  )

// The event does not cause a lost connection, a deadlock or a lock timeout: the batch is retried. An answer that the
// driver cannot read closes the connection, and a retry gets the same answer: the projection ends.
const toFailure = <Event>(
  projection: string,
  prepared: Prepared<Event>,
  cause: Cause.Cause<unknown>
): PoisonedEvent | EventStoreError => {
  const error = Cause.squash(cause)
  if (!SqlError.isSqlError(error)) return poisonedBy(projection, prepared, cause)
  const isPermanent = Database.isUnreadable(error)
  return isPermanent || Database.isDisconnect(error) || Database.isTransient(error)
    ? new EventStoreError({ operation: "handle events", cause: Database.explain(error), isPermanent })
    : poisonedBy(projection, prepared, cause)
}

const poisonedBy = <Event>(projection: string, prepared: Prepared<Event>, cause: Cause.Cause<unknown>): PoisonedEvent =>
  poisoned(
    projection,
    prepared,
    Cause.hasInterruptsOnly(cause) ? "it interrupted itself" : describe(Cause.squash(cause))
  )

/** The failure of a handler that succeeded although one of its statements had failed. */
export const aborted = <Event>(projection: string, prepared: Prepared<Event>): PoisonedEvent =>
  poisoned(projection, prepared, "a statement failed, and the handler ignored it")

const poisoned = <Event>(
  projection: string,
  { envelope: { position, stream, version }, type }: Prepared<Event>,
  reason: string
): PoisonedEvent =>
  new PoisonedEvent({
    projection,
    stream,
    version,
    position,
    type,
    stage: "Evolve",
    reason: reason.slice(0, maxReason)
  })

// Enough for a message.
const maxReason = 2000

const describe = (error: unknown): string => {
  const explained = SqlError.isSqlError(error) ? Database.explain(error) : error
  const message = explained instanceof Error ? explained.message : explained
  return typeof message === "string" && message !== "" ? message : Formatter.format(error)
}

// These would commit half a batch, write the rest of it outside of the transaction, or write into other tables.
const refused =
  /^\s*(?:begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!(?:\s+(?:work|transaction))?\s+to\b)|reset\s+all|(?:set|reset)\s+(?:(?:local|session)\s+)?search_path)\b/i

// The statements that a client sends for nested transactions do not pass through the transformer.
const guarded = <A, E, R>(handler: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Statement.CurrentTransformer,
    (own) =>
      Effect.provideService(handler, Statement.CurrentTransformer, (statement, sql, fiber, span) => {
        const [text] = statement.compile()
        return refused.test(text.replace(comments, ""))
          ? Effect.die(new Error(`a handler must not send ${text.trim()}`))
          : own === undefined
          ? Effect.succeed(statement)
          : own(statement, sql, fiber, span)
      })
  )

const comments = /^(?:\s+|--[^\n]*\n|\/\*[^]*?\*\/)+/
