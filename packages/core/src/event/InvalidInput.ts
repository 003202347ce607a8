/** The error of bad input: it names the field and the rule, and nothing has been stored. */
import * as Data from "effect/Data"

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
