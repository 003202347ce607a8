/** Checks of options: counts and durations. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

/** A whole number from 1. */
export const count = (field: string, value: number): Result.Result<number, InvalidInput> =>
  Number.isSafeInteger(value) && value >= 1 ? Result.succeed(value) : invalid(field, "must be a whole number from 1")

/** A duration of at least a millisecond. */
export const duration = (field: string, input: Duration.Input): Result.Result<Duration.Duration, InvalidInput> =>
  Option.match(Option.filter(Duration.fromInput(input), (duration) => Duration.toMillis(duration) >= 1), {
    onNone: () => invalid(field, "must be at least a millisecond"),
    onSome: Result.succeed
  })
