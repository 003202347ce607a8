/** The part of its state that a process records with each reaction. */
import * as Result from "effect/Result"
import type { Tagged } from "../../event/EventType.ts"
import { attempt } from "../../event/internal/Reason.ts"
import type { Json } from "../../event/Json.ts"
import type { Decoded, Fault } from "./TriggerInput.ts"

/** Records the progress of an instance, and restores its state from it instead of folding the inputs again. */
export interface Progress<Event extends Tagged, State> {
  readonly record: (state: State) => Json
  /** The state after a recorded reaction to these inputs; there are none of an event type that the codec does not have. */
  readonly restore: (before: State, progress: Json, inputs: ReadonlyArray<Decoded<Event>>) => State
}

/** The state after a recorded reaction. */
export const restore = <Event extends Tagged, State>(
  { restore }: Progress<Event, State>,
  before: State,
  { inputs, progress }: { readonly inputs: ReadonlyArray<Decoded<Event>>; readonly progress: Json }
): Result.Result<State, Fault> =>
  Result.mapError(attempt(() => restore(before, progress, inputs)), (reason) => ({ stage: "Evolve", reason }))
