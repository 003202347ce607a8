/** A command handler as an async function. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as Result from "effect/Result"
import * as CommandHandler from "../../decide/CommandHandler.ts"
import { Refused } from "../../decide/internal/Refused.ts"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStore } from "../../log/EventStore.ts"
import type { Attempt, Calls } from "./Calls.ts"
import type { CallFailure } from "./StoreErrors.ts"

/** The options of a call that can be aborted. */
export interface CallOptions {
  /**
   * Aborts the call: its promise is rejected with the signal's reason. What was already sent to the store is not taken back: it
   * may be stored.
   */
  readonly signal?: AbortSignal | undefined
}

/** The options of a command. */
export interface CommandOptions extends CommandHandler.HandleOptions, CallOptions {}

/** The errors of a command: the refusal, and those of `CommandHandler.make`. */
export type CommandFailure<Refusal> = Refused<Refusal> | CommandHandler.HandleFailure | CallFailure

/** Handles the commands of an aggregate. */
export interface Handler<Command, State, Event, Refusal> {
  /**
   * Handles a command: resolves with the state after it and the events that it led to. Rejects with `Refused` if the decider
   * refuses it, and otherwise with the errors of `CommandHandler.make`, `StoreClosed` or the reason of the signal.
   */
  (id: string, command: Command, options?: CommandOptions): Promise<CommandHandler.Handled<State, Event>>
  /** As the handler itself, but never rejects: returns the error as a value, distinguished by its `_tag`. */
  readonly try: (
    id: string,
    command: Command,
    options?: CommandOptions
  ) => Promise<Attempt<CommandHandler.Handled<State, Event>, CommandFailure<Refusal>>>
}

/** Makes a handler that runs its commands by `calls`. */
export const make = <Command, State, Event extends Tagged, Refusal>(
  { attempt, call }: Calls<EventStore | EventReader | SnapshotStore>,
  aggregate: Aggregate<Command, State, Event, Refusal>,
  options: CommandHandler.HandlerOptions<State> | undefined
): Handler<Command, State, Event, Refusal> => {
  const handle = CommandHandler.make(refusing(aggregate), options)
  return Object.assign(
    (id: string, command: Command, options?: CommandOptions) => call(handle(id, command, options), options?.signal),
    {
      try: (id: string, command: Command, options?: CommandOptions) =>
        attempt(handle(id, command, options), options?.signal)
    }
  )
}

// A refusal may be of any type, also that of an error of the library: so it is wrapped where it is decided.
const refusing = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
): Aggregate<Command, State, Event, Refused<Refusal>> => {
  const { decider } = aggregate
  return {
    ...aggregate,
    decider: {
      ...decider,
      decide: (command, state) => Result.mapError(decider.decide(command, state), (refusal) => new Refused({ refusal }))
    }
  }
}
