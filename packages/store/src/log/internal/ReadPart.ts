/** Reads the log in parts, so that a subscription can report its progress even if few events pass its filter. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import { position as asOfPosition } from "@refold/core/journal/AsOf"
import type { ReadAllOptions } from "@refold/core/journal/ReadOptions"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ReaderAdapter, ReadFailure } from "../EventReader.ts"
import type { LogHead } from "../LogHead.ts"
import { retryForever } from "./RetryForever.ts"

/** The end of a part, and the event there if it was looked up. */
export interface End {
  readonly position: Position
  readonly eventId: EventId | undefined
}

// Maximum number of events of the log in a part.
const maxEvents = 10_000

/** Whether a read leaves out any event. */
export const isFiltered = (filter: ReadAllOptions): boolean =>
  [filter.types, filter.categories, filter.recordedAt, filter.occurredAt, filter.correlationId, filter.causationId]
    .some((option) => option !== undefined)

/**
 * The ends of the parts up to a head, in order: each is looked up when the part before is read. Without parts
 * the head is the only end.
 */
export const ends = (
  adapter: ReaderAdapter,
  readSoFar: () => Position,
  head: LogHead,
  inParts: boolean
): Stream.Stream<End, ReadFailure> => {
  const whole: End = { position: head.position, eventId: undefined }
  return inParts
    ? Stream.paginate(undefined, () =>
      Effect.map(lastOfPart(adapter, readSoFar(), head), (found) => {
        const end = Option.getOrElse(found, () => whole)
        return [[end], end.position < head.position ? Option.some(undefined) : Option.none()] as const
      }))
    : Stream.succeed(whole)
}

const lastOfPart = (
  adapter: ReaderAdapter,
  after: Position,
  { instance, position }: LogHead
): Effect.Effect<Option.Option<End>, ReadFailure> =>
  retryForever(
    adapter.readAll({
      after,
      asOf: asOfPosition(position),
      instance,
      limit: maxEvents,
      columns: ["id", "position"]
    })
  ).pipe(
    Stream.runLast,
    Effect.map(Option.map(({ id, position }) => ({ eventId: id, position })))
  )
