/** Checks the row keys that a projection finds for an event. */
import * as Result from "effect/Result"
import * as NewEvent from "../../event/NewEvent.ts"

/** The keys without repetitions; a failure is the rule that a key breaks. */
export const check = (keys: ReadonlyArray<string>): Result.Result<ReadonlyArray<string>, string> => {
  if (!Array.isArray(keys)) return Result.fail("keys must return an array")
  for (const [index, key] of keys.entries()) {
    const checked = NewEvent.checkName(key, `keys[${index}]`)
    if (Result.isFailure(checked)) return Result.fail(checked.failure.message)
  }
  return Result.succeed([...new Set(keys)])
}
