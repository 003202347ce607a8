/** The error of bad input: it names the field and the rule, and nothing has been stored. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * A value given to a public function breaks a rule. `field` is the path to it (`writes[0].events[2].data.note`),
 * `rule` completes the sentence "… must …".
 */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly field: string
  readonly rule: string
}> {
  override get message(): string {
    return `${this.field} ${this.rule}`
  }
}

/** A failed result with `InvalidInput`: `invalid("limit", "must be a whole number from 1 to 1000")`. */
export const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
