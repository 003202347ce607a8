/**
 * A decision as three pure functions: what may happen (`decide`), what it changes (`evolve`), when it is over
 * (`isTerminal`). After Jérémie Chassaing, "Functional Event Sourcing Decider" (2021).
 */
import type * as Result from "effect/Result"
import type { View } from "./View.ts"

/** A View that also decides. The events of a decision are stored, a Refusal is the business saying no. */
export interface Decider<Command, State, Event, Refusal> extends View<State, Event> {
  /** What a command leads to in a state: events (none: nothing to do) or a refusal. Pure; never throws. */
  readonly decide: (command: Command, state: State) => Result.Result<ReadonlyArray<Event>, Refusal>
  /** Whether the state is final; in a terminal state every decision is a refusal or nothing. */
  readonly isTerminal: (state: State) => boolean
}

/** A decider; without `isTerminal` it never ends. */
export const make = <Command, State, Event, Refusal>(
  definition:
    & Omit<Decider<Command, State, Event, Refusal>, "isTerminal">
    & Partial<Pick<Decider<Command, State, Event, Refusal>, "isTerminal">>
): Decider<Command, State, Event, Refusal> => ({ isTerminal: () => false, ...definition })
