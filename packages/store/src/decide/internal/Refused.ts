/** A refusal as an `Error`, for calls that reject or throw: a refusal itself may be any value. */
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as Formatter from "effect/Formatter"

/** The decider refused the command; `refusal` is its refusal. Nothing was stored. */
// The type parameter types `refusal` for the catcher.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export class Refused<Refusal> extends TaggedError("Refused")<{ readonly refusal: Refusal }> {
  override get message(): string {
    return printable(`the command was refused, and nothing was stored: ${Formatter.format(this.refusal)}`)
  }
}
