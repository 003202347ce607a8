/**
 * A decider: pure functions that decide which events a command leads to (`decide`), apply an event to the state
 * (`evolve`) and test whether a state is final (`isTerminal`). After Jérémie Chassaing, "Functional Event Sourcing
 * Decider" (2021).
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { View } from "./View.ts"

/** A View that also decides. Decided events are stored; a Refusal is a business rule that rejects the command. */
export interface Decider<Command, State, Event, Refusal> extends View<State, Event> {
  /**
   * Decides a command in a state: events (none if nothing changes) or a refusal, by `accept` and `refuse`. Pure; must not
   * throw, and must not depend on the order of keys in the state: a state from a snapshot has another order.
   */
  readonly decide: (command: Command, state: State) => Decision<Event, Refusal>
  /** Whether the state is final; in a terminal state every decision is a refusal or nothing. */
  readonly isTerminal: (state: State) => boolean
}

/** The result of `decide`: the events that a command leads to, none if nothing changes, or a refusal. */
export type Decision<Event, Refusal> = Result.Result<ReadonlyArray<Event>, Refusal>

/**
 * Decides events; the same as `Result.succeed`. Its type is that of the surrounding `decide`, so that a type error is at the
 * event and names its field. Give `decide` a return type, or write it within `make`.
 */
export const accept = <Event = ReturnTypeMissing>(
  ...events: ReadonlyArray<NoInfer<Event>>
): Result.Result<ReadonlyArray<Event>> => Result.succeed(events)

/** Refuses a command; the same as `Result.fail`. Its type is that of the surrounding `decide`, as for `accept`. */
export const refuse = <Refusal = ReturnTypeMissing>(refusal: NoInfer<Refusal>): Result.Result<never, Refusal> =>
  Result.fail(refusal)

// Shown by the compiler if `accept` and `refuse` have no return type to infer their type from.
type ReturnTypeMissing = "give decide the return type Decider.Decision<Event, Refusal>"

/** A decision as a plain object: `{ events }` or `{ refused }`. */
export type PlainDecision<Event, Refusal> =
  | { readonly events: ReadonlyArray<Event>; readonly refused?: undefined }
  | { readonly refused: Refusal; readonly events?: undefined }

/** The definition of a decider. `decide` may also return a plain object; `make` turns it into a `Decision`. */
export interface Definition<Command, State, Event, Refusal> extends View<State, Event> {
  readonly decide: (command: Command, state: State) => Decision<Event, Refusal> | PlainDecision<Event, Refusal>
  readonly isTerminal?: ((state: State) => boolean) | undefined
}

/** Makes a decider. Without `isTerminal`, no state is final. */
export const make = <Command, State, Event, Refusal>(
  { decide, isTerminal = () => false, ...view }: Definition<Command, State, Event, Refusal>
): Decider<Command, State, Event, Refusal> => ({
  ...view,
  isTerminal,
  decide: (command, state) => fromPlain(decide(command, state))
})

// Anything else is returned as it is: a command handler reports it as a fault of the decider.
const fromPlain = <Event, Refusal>(
  decided: Decision<Event, Refusal> | PlainDecision<Event, Refusal>
): Decision<Event, Refusal> => {
  // Code without types may return nothing.
  if (Result.isResult(decided) || !Predicate.isObjectOrArray(decided)) return decided
  const { events, refused } = decided
  if (events !== undefined && refused === undefined) return Result.succeed(events)
  // Without events the object is `{ refused }`.
  return events === undefined && refused !== undefined ? Result.fail(refused) : decided as never
}
