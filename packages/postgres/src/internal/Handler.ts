/** An event in the hands of a handler: how long that may take, what it must not do, and what its failure means. */
import { PoisonedEvent, type Prepared } from "@refold/core/project/ProjectionFold"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Formatter from "effect/Formatter"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Database from "./Database.ts"

/** Runs a handler, in `patience` milliseconds at most; whatever goes wrong in it is the event's fault, or the store's. */
export const run = <Event, E>(
  handler: Effect.Effect<unknown, E>,
  projection: string,
  prepared: Prepared<Event>,
  patience: number
): Effect.Effect<void, PoisonedEvent | EventStoreError> =>
  guarded(handler).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(`it took longer than ${Duration.format(Duration.millis(patience))}`)
    }),
    // Whoever interrupts the batch does not come by here, only a handler that interrupts itself.
    Effect.catchCause((cause) => Effect.fail(blame(projection, prepared, cause))),
    Effect.asVoid
  )

// A lost connection, a deadlock and a lock that somebody holds are not the event's fault: the batch is begun again.
const blame = <Event>(
  projection: string,
  prepared: Prepared<Event>,
  cause: Cause.Cause<unknown>
): PoisonedEvent | EventStoreError => {
  const error = Cause.squash(cause)
  return SqlError.isSqlError(error) && (Database.isDisconnect(error) || Database.isTransient(error))
    ? new EventStoreError({ operation: "handle events", cause: Database.explain(error) })
    : poisoned(projection, prepared, Cause.hasInterruptsOnly(cause) ? "it interrupted itself" : describe(error))
}

/** The failure of a handler that went on after a statement of its had failed. */
export const spoiled = <Event>(projection: string, prepared: Prepared<Event>): PoisonedEvent =>
  poisoned(projection, prepared, "a statement failed, and the handler went on all the same")

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

// For people to read.
const maxReason = 2000

const describe = (error: unknown): string => {
  const explained = SqlError.isSqlError(error) ? Database.explain(error) : error
  const message = explained instanceof Error ? explained.message : explained
  return typeof message === "string" && message !== "" ? message : Formatter.format(error)
}

// Half a batch would be committed, or the rest of it would be written outside of the transaction; or into other tables.
const refused =
  /^\s*(?:begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!(?:\s+(?:work|transaction))?\s+to\b)|reset\s+all|(?:set|reset)\s+(?:(?:local|session)\s+)?search_path)\b/i

// What a client does for nested transactions does not come by here.
const guarded = <A, E, R>(handler: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Statement.CurrentTransformer,
    (own) =>
      Effect.provideService(handler, Statement.CurrentTransformer, (statement, sql, fiber, span) => {
        const [text] = statement.compile()
        return refused.test(text.replace(comments, ""))
          ? Effect.die(new Error(`a handler must not say ${text.trim()}`))
          : own === undefined
          ? Effect.succeed(statement)
          : own(statement, sql, fiber, span)
      })
  )

const comments = /^(?:\s+|--[^\n]*\n|\/\*[^]*?\*\/)+/
