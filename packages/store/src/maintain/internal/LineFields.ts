/** Fields of the lines of an exported store, and their rules. */
import { invalid, InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import * as NewEvent from "@refold/core/event/NewEvent"
import { ofSchema } from "@refold/core/internal/event/Reason"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The fields of a line, as JSON has them. */
export type Fields = Readonly<Record<string, unknown>>

/** A whole number from 1. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1
/** The rule of `isCount`. */
export const countRule = "must be a whole number from 1"

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/

/** The time of a text in ISO 8601. */
export const timeOf = (value: unknown, field: string): Result.Result<DateTime.Utc, InvalidInput> => {
  // Other formats that JavaScript reads depend on the time zone of the program, or lose digits.
  const millis = typeof value === "string" && isoTime.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(millis)
    ? invalid(field, "must be a time in ISO 8601 with a zone and at most three digits of a second")
    : NewEvent.checkTime(DateTime.makeUnsafe(millis), field)
}

/** A whole number from 1. */
export const Count = Schema.Number.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(1))
/** A whole number from 0. */
export const Total = Schema.Number.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
/** A number of attempts: PostgreSQL stores an int. */
export const Attempts = Total.check(Schema.isLessThanOrEqualTo(2 ** 31 - 1))
/** A text that every store can hold. */
export const Text = Schema.String.check(Schema.makeFilter((text: string) => Json.textProblem(text)))
/** A SHA-256 hash as hex. */
export const Hash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))
/** The stream and version of an event. */
export const Place = Schema.Struct({ stream: Schema.String, version: Count })

/** Decodes the fields of a line. */
export const decoding = <A>(schema: Schema.ConstraintDecoder<A>, field: string) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (fields: Fields): Result.Result<A, InvalidInput> =>
    Result.mapError(
      decode(fields),
      (error) => new InvalidInput({ field, rule: `must be a ${field} line: ${ofSchema(error)}` })
    )
}
