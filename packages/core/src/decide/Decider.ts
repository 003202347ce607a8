/**
 * A decision as three pure functions: what may happen (`decide`), what it changes (`evolve`), when it is over
 * (`isTerminal`). After Jérémie Chassaing, "Functional Event Sourcing Decider" (2021).
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
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

/** The decider without commands, events or memory: the unit of `compose`. It is over before it begins. */
export const neutral: Decider<never, null, never, never> = {
  initialState: null,
  decide: () => Result.succeed([]),
  evolve: (state) => state,
  isTerminal: () => true
}

/** A value that belongs to the left or the right of two composed deciders. */
export type Side<Left, Right> =
  | { readonly _tag: "Left"; readonly value: Left }
  | { readonly _tag: "Right"; readonly value: Right }

/** A value for the left decider. */
export const left = <Left>(value: Left): Side<Left, never> => ({ _tag: "Left", value })

/** A value for the right decider. */
export const right = <Right>(value: Right): Side<never, Right> => ({ _tag: "Right", value })

/** Two deciders side by side: each sees its own commands and events. Terminal when both are. */
export const compose = <LC, LS, LE, LR, RC, RS, RE, RR>(
  one: Decider<LC, LS, LE, LR>,
  other: Decider<RC, RS, RE, RR>
): Decider<Side<LC, RC>, readonly [LS, RS], Side<LE, RE>, Side<LR, RR>> => ({
  initialState: [one.initialState, other.initialState],
  decide: (command, [l, r]) =>
    command._tag === "Left"
      ? Result.mapBoth(one.decide(command.value, l), { onSuccess: (events) => events.map(left), onFailure: left })
      : Result.mapBoth(other.decide(command.value, r), { onSuccess: (events) => events.map(right), onFailure: right }),
  evolve: ([l, r], event) =>
    event._tag === "Left" ? [one.evolve(l, event.value), r] : [l, other.evolve(r, event.value)],
  isTerminal: ([l, r]) => one.isTerminal(l) && other.isTerminal(r)
})

/** A value that belongs to the instance `id` of a `many` decider. */
export interface Instance<A> {
  readonly id: string
  readonly value: A
}

/**
 * Any number of instances of one decider, told apart by id. An instance without events is in the initial state, one
 * that ended stays in the map. Never terminal: another instance may always begin.
 */
export const many = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
): Decider<Instance<Command>, HashMap.HashMap<string, State>, Instance<Event>, Instance<Refusal>> => {
  const stateOf = (states: HashMap.HashMap<string, State>, id: string): State =>
    Option.getOrElse(HashMap.get(states, id), () => decider.initialState)
  return {
    initialState: HashMap.empty(),
    decide: ({ id, value }, states) =>
      Result.mapBoth(decider.decide(value, stateOf(states, id)), {
        onSuccess: (events) => events.map((event) => ({ id, value: event })),
        onFailure: (refusal) => ({ id, value: refusal })
      }),
    evolve: (states, { id, value }) => HashMap.set(states, id, decider.evolve(stateOf(states, id), value)),
    isTerminal: () => false
  }
}

/**
 * The decider in another vocabulary. A command that `command` maps to None is not for it and decides nothing; an event
 * that `readEvent` maps to None leaves its state alone. `readEvent(writeEvent(e))` must be `Some(e)`.
 */
export const adapt = <Command, State, Event, Refusal, Command2, Event2>(
  decider: Decider<Command, State, Event, Refusal>,
  vocabulary: {
    readonly command: (command: Command2) => Option.Option<Command>
    readonly readEvent: (event: Event2) => Option.Option<Event>
    readonly writeEvent: (event: Event) => Event2
  }
): Decider<Command2, State, Event2, Refusal> => ({
  initialState: decider.initialState,
  decide: (command, state) =>
    Option.match(vocabulary.command(command), {
      onNone: () => Result.succeed([]),
      onSome: (own) => Result.map(decider.decide(own, state), (events) => events.map(vocabulary.writeEvent))
    }),
  evolve: (state, event) =>
    Option.match(vocabulary.readEvent(event), {
      onNone: () => state,
      onSome: (own) => decider.evolve(state, own)
    }),
  isTerminal: decider.isTerminal
})
