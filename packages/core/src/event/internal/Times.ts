/** Times as callers give them: a `DateTime.Utc`, or a `Date`. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** The time as a `DateTime.Utc`. A `Date` that is no time is returned as it is, for a check that refuses it by name. */
export const toUtc = (time: DateTime.Utc | Date): DateTime.Utc =>
  time instanceof Date
    // Checks refuse everything that is not a DateTime.
    ? Option.getOrElse(DateTime.make(time), () => time as never)
    : time
