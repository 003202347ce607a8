/**
 * A decider: pure functions that decide which events a command leads to (`decide`), apply an event to the state
 * (`evolve`) and tell whether a state is final (`isTerminal`). After Jérémie Chassaing, "Functional Event Sourcing
 * Decider" (2021).
 */
import type * as Result from "effect/Result"
import type { View } from "./View.ts"

/** A View that also decides. Decided events are stored; a Refusal is a business rule that rejects the command. */
export interface Decider<Command, State, Event, Refusal> extends View<State, Event> {
  /** Decides a command in a state: events (none if nothing changes) or a refusal. Pure; must not throw. */
  readonly decide: (command: Command, state: State) => Result.Result<ReadonlyArray<Event>, Refusal>
  /** Whether the state is final; in a terminal state every decision is a refusal or nothing. */
  readonly isTerminal: (state: State) => boolean
}

/** Makes a decider. Without `isTerminal`, no state is final. */
export const make = <Command, State, Event, Refusal>(
  definition:
    & Omit<Decider<Command, State, Event, Refusal>, "isTerminal">
    & Partial<Pick<Decider<Command, State, Event, Refusal>, "isTerminal">>
): Decider<Command, State, Event, Refusal> => ({ isTerminal: () => false, ...definition })
