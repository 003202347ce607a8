/**
 * Folds the inputs of a trigger one after the other. A stored event whose type is split has several domain events for an
 * instance; they are one trigger, so that the instance observes all of them or none.
 */
import * as Result from "effect/Result"
import type { Tagged } from "../../event/EventType.ts"
import type { Decided, Trigger } from "../ProcessEvent.ts"
import * as Reactor from "./Reactor.ts"

/** The state after all inputs. */
export const evolve = <Event extends Tagged, State>(
  process: Reactor.Reactor<Event, State>,
  state: State,
  { context, inputs }: Reactor.DecodedTrigger<Event>
): Result.Result<State, Reactor.Fault> =>
  inputs.reduce<Result.Result<State, Reactor.Fault>>(
    (reached, input) => Result.flatMap(reached, (before) => Reactor.evolve(process, before, { input, context })),
    Result.succeed(state)
  )

/** What the inputs came to. */
export interface Reacted<State> {
  readonly state: State
  readonly decided: ReadonlyArray<Decided>
  /** The number of inputs up to the completion of the instance. Later ones are ignored, as later events are. */
  readonly observed: number
}

/** The state after the inputs, and the reactions to each in the state after it. */
export const react = <Event extends Tagged, State>(
  process: Reactor.Reactor<Event, State>,
  state: State,
  { context, inputs }: Reactor.DecodedTrigger<Event>
): Result.Result<Reacted<State>, Reactor.Fault> =>
  Result.gen(function*() {
    const decided: Array<ReadonlyArray<Decided>> = []
    let before = state
    for (const input of inputs) {
      const after = yield* Reactor.evolve(process, before, { input, context })
      const reactions = yield* Reactor.react(process, { before, after }, { input, context })
      decided.push(reactions)
      before = after
      if (reactions.some(({ _tag }) => _tag === "Complete")) break
    }
    return { state: before, decided: decided.flat(), observed: decided.length }
  })

/** The trigger with its first inputs only, so that a later fold of the instance's stream gives the same state. */
export const observedOf = (
  trigger: Trigger,
  { inputs }: Reactor.DecodedTrigger<Tagged>,
  observed: number
): Trigger =>
  // Only an event has more than one input.
  trigger._tag !== "Event" || observed === inputs.length
    ? trigger
    : { ...trigger, parts: (trigger.parts ?? [...inputs.keys()]).slice(0, observed) }
