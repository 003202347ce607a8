/** Telling instances of a process what concerns them: an instance is an aggregate, and what it is told is a command. */
import type { Tagged } from "@refold/core/event/EventType"
import type { MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import * as Effect from "effect/Effect"
import * as CommandHandler from "../../decide/CommandHandler.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import type { Unsettled } from "../ProcessHandler.ts"

/** Tells an instance something. */
export type Tell = ReturnType<typeof make>

/** Tells instances of a process what became of their commands, and so on. */
export const make = <Event extends Tagged, State>(process: Process<Event, State>) => {
  const handle = CommandHandler.make(process.instances)
  return (instance: string, message: MessageBody, options: CommandHandler.HandleOptions) =>
    Effect.tap(handle(instance, { ...message, instance }, options), ({ events }) => logParked(process, events))
}

/** Says that an instance was parked, and why. */
export const logParked = (
  { name }: { readonly name: string },
  events: ReadonlyArray<ProcessEvent>
): Effect.Effect<void> =>
  Effect.forEach(events, (event) =>
    event._tag === "ProcessParked"
      ? Effect.logWarning(
        `instance "${event.instance}" of process "${name}" is parked (${event.stage}): ${event.reason}`
      )
      : Effect.void, { discard: true })

/** Whatever else goes wrong, another try may end otherwise. */
export const asUnsettled = (error: { readonly _tag: string }): Unsettled =>
  error instanceof EventStoreError ? error : new EventStoreError({ operation: "tell a process", cause: error })
