/** Handles the messages to instances of a process: an instance is an aggregate, and a message is a command to it. */
import { NewerSchemaVersion, UnknownEventType } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import { printable } from "@refold/core/internal/event/Printable"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { InstanceRefusal, Message, MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import * as Effect from "effect/Effect"
import * as CommandHandler from "../../decide/CommandHandler.ts"
import { EventIds } from "../../log/EventIds.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import type { RetryableFailure } from "../ProcessHandler.ts"

/** Handles a message to one instance. */
export type InstanceHandler = ReturnType<typeof of>

/**
 * The handler of a process's instances: one for each process, because it caches states. Logs a warning for each message that
 * parks its instance.
 */
export const of = <Event extends Tagged, State>(process: Process<Event, State>) => {
  const handle = handlerOf(process)
  return (instance: string, message: MessageBody, options: CommandHandler.HandleOptions) =>
    Effect.flatMap(
      EventIds,
      Effect.fnUntraced(function*(newId) {
        const handled = yield* handle(instance, { ...message, instance, decision: yield* newId }, options)
        yield* logParked(process, handled.events)
        return handled
      })
    )
}

const handlerOf = <State>(process: Pick<Process<never, State>, "instances">): Handler<State> => {
  // The handler under these instances is of their own state.
  const known = handlers.get(process.instances) as Handler<State> | undefined
  const handler = known ?? CommandHandler.make(process.instances)
  handlers.set(process.instances, handler)
  return handler
}

type Handler<State> = ReturnType<
  typeof CommandHandler.make<Message, Instance<State>, ProcessEvent, InstanceRefusal>
>

const handlers = new WeakMap<object, unknown>()

/** Logs a warning for each of these events that parks its instance. */
export const logParked = (
  { name }: { readonly name: string },
  events: ReadonlyArray<ProcessEvent>
): Effect.Effect<void> =>
  Effect.forEach(events, (event) =>
    event._tag === "ProcessParked"
      ? Effect.logWarning(
        printable(`instance "${event.instance}" of process "${name}" is parked (${event.stage}): ${event.reason}`)
      )
      : Effect.void, { discard: true })

/** A failure to record in an instance's stream, as one after which the work on the instance is retried. */
export const asRetryable = (error: { readonly _tag: string }): RetryableFailure =>
  error instanceof EventStoreError || error instanceof NewerSchemaVersion || error instanceof UnknownEventType
    ? error
    : new EventStoreError({ operation: "record in the stream of a process instance", cause: error })
