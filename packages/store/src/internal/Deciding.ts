/** A decider's functions, as they are whatever their author has done: what they throw is a value here. */
import type { StreamName } from "@refold/core/StreamName"
import * as View from "@refold/core/View"
import * as Result from "effect/Result"
import { DeciderFault } from "../DeciderFault.ts"

/** The state after these events. */
export const fold = <State, Event>(
  view: View.View<State, Event>,
  stream: StreamName,
  state: State,
  events: Iterable<Event>
): Result.Result<State, DeciderFault> =>
  Result.try({
    try: () => View.foldFrom(view, state, events),
    catch: (cause) => new DeciderFault({ stream, stage: "evolve", cause })
  })

/** What the command leads to: events, or a refusal. */
export const decide = <Command, State, Event, Refusal>(
  decider: { readonly decide: (command: Command, state: State) => Result.Result<ReadonlyArray<Event>, Refusal> },
  stream: StreamName,
  command: Command,
  state: State
): Result.Result<ReadonlyArray<Event>, Refusal | DeciderFault> => {
  const fault = (cause: unknown) => Result.fail(new DeciderFault({ stream, stage: "decide", cause }))
  try {
    const decision = decider.decide(command, state)
    return Result.isResult(decision) && (Result.isFailure(decision) || Array.isArray(decision.success))
      ? decision
      : fault(new TypeError("it must give a Result of a list of events or of a refusal"))
  } catch (error) {
    return fault(error)
  }
}
