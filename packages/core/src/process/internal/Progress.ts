/** What a process records of its state with each reaction. */
import type { Tagged } from "../../event/EventType.ts"
import type { Json } from "../../event/Json.ts"
import type { InputContext, Signal } from "../ProcessInput.ts"

interface Inputs<Event> {
  readonly inputs: ReadonlyArray<Event | Signal>
  readonly context: InputContext
}

/** Records the progress of an instance, and restores its state from it instead of folding the input again. */
export interface Progress<Event extends Tagged, State> {
  readonly record: (state: State) => Json
  /** The state after a recorded reaction. `decode` gives its inputs, and throws if this code cannot read it. */
  readonly restore: (before: State, progress: Json, decode: () => Inputs<Event>) => State
}
