/**
 * Deciders made of deciders: two side by side (`compose`), many instances of one (`many`), and one in another
 * vocabulary (`adapt`). After Jérémie Chassaing, "Functional Event Sourcing Decider" (2021).
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Decider } from "./Decider.ts"

/** The decider without commands and events: the unit of `compose`. Its only state is final. */
export const neutral: Decider<never, null, never, never> = {
  initialState: null,
  decide: () => Result.succeed([]),
  evolve: (state) => state,
  isTerminal: () => true
}

/** A value of the left or the right of two composed deciders. */
export type Side<Left, Right> =
  | { readonly _tag: "Left"; readonly value: Left }
  | { readonly _tag: "Right"; readonly value: Right }

/** A value for the left decider. */
export const left = <Left>(value: Left): Side<Left, never> => ({ _tag: "Left", value })

/** A value for the right decider. */
export const right = <Right>(value: Right): Side<never, Right> => ({ _tag: "Right", value })

/** Composes two deciders: each handles its own commands and events. A state is final when both of its parts are. */
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

/** A value of the instance `id` of a `many` decider. */
export interface Instance<A> {
  readonly id: string
  readonly value: A
}

/**
 * Any number of instances of one decider, each with its id. An instance without events is in the initial state; an
 * instance in a final state stays in the map. No state of the whole is final, because another instance may start.
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
 * Adapts a decider to other types of commands and events. A command that `command` maps to None decides no events; an
 * event that `readEvent` maps to None does not change the state. `readEvent(writeEvent(e))` must be `Some(e)`.
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
