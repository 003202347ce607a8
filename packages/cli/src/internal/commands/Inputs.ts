/** Texts of the command line as values of the library. */
import { type Position, Position as makePosition } from "@refold/core/event/Position"
import * as AsOf from "@refold/core/journal/AsOf"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CliFailure, usage } from "../frame/CliFailure.ts"

/** A version of a stream, or a time of the store's clock. */
export const asOf = (text: string): Effect.Effect<AsOf.AsOf, CliFailure> => {
  const count = countOf(text)
  if (count !== undefined) return Effect.succeed(AsOf.version(count))
  // A time without a zone would be that of the machine.
  const instant = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text) ? DateTime.make(text) : Option.none()
  return Option.match(instant, {
    onNone: () => usage("--at must be a version or a time with a zone, such as 2026-11-29 or 2026-11-29T12:00:00Z"),
    onSome: (time) => Effect.succeed(AsOf.recordedAt(DateTime.toUtc(time)))
  })
}

/** A position of the log. */
export const position = (text: string): Effect.Effect<Position, CliFailure> => {
  const count = countOf(text)
  return count === undefined
    ? usage("--from must be a position of 0 or more, or now")
    : Effect.succeed(makePosition(count))
}

const countOf = (text: string): number | undefined =>
  /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined
