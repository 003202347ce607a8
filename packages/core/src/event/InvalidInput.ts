/** The error of invalid input. It names the field and the rule; nothing was stored. */
import * as Result from "effect/Result"
import { printable } from "./internal/Printable.ts"
import { TaggedError } from "./internal/TaggedError.ts"

/**
 * A value given to a public function breaks a rule. `field` is the path to the value (`writes[0].events[2].data.note`),
 * `rule` is the rule that it breaks. The message is both: "limit must be a whole number from 1 to 1000".
 */
export class InvalidInput extends TaggedError("InvalidInput")<{
  readonly field: string
  readonly rule: string
}> {
  override get message(): string {
    return printable(`${this.field} ${this.rule}`)
  }
}

/** A failed result with `InvalidInput`: `invalid("limit", "must be a whole number from 1 to 1000")`. */
export const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
