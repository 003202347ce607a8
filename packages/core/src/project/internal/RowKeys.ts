/** The row keys of events: those that a projection finds for an event, checked, and those of a stored event. */
import * as Result from "effect/Result"
import { InvalidInput } from "../../event/InvalidInput.ts"
import * as NewEvent from "../../event/NewEvent.ts"

/** The keys without repetitions; a failure is the rule that a key breaks. */
export const check = (keys: ReadonlyArray<string>): Result.Result<ReadonlyArray<string>, string> => {
  if (!Array.isArray(keys)) return Result.fail("keys must return an array")
  for (let index = 0; index < keys.length; index++) {
    const problem = NewEvent.nameProblem(keys[index])
    if (problem !== undefined) return Result.fail(new InvalidInput({ field: `keys[${index}]`, rule: problem }).message)
  }
  return Result.succeed(keys.length === 1 ? [keys[0]] : [...new Set(keys)])
}

/**
 * The keys of all domain events of a stored event. A stored event without domain events still advances the version of
 * its stream's row, so that no reader has to read the event again.
 */
export const ofAll = (
  { isKeyedByStream }: { readonly isKeyedByStream: boolean },
  parts: ReadonlyArray<{ readonly keys: ReadonlyArray<string> }>,
  stream: string
): ReadonlyArray<string> => {
  if (parts.length === 1) return parts[0]!.keys
  return parts.length === 0 && isKeyedByStream ? [stream] : [...new Set(parts.flatMap(({ keys }) => keys))]
}
