/**
 * The cursor of a subscriber outside of the database, as a text to store with its own data: the position and the id of its
 * last event, and the instance of the log that delivered it. They show whether the log went back.
 */
import * as EventId from "@refold/core/event/EventId"
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import { Position } from "@refold/core/event/Position"
import type * as Brand from "effect/Brand"
import * as Result from "effect/Result"

/** An opaque text, of at most 512 characters. */
export type Cursor = string & Brand.Brand<"Cursor">

/** The parts of a cursor; for adapters and tests. */
export interface Parts {
  readonly position: Position
  readonly eventId: EventId.EventId
  readonly instance: string
}

const maxLength = 512

/** The cursor after an event. */
export const make = ({ eventId, instance, position }: Parts): Cursor =>
  // Checked by its parts.
  `${position}.${eventId}.${instance}` as Cursor

/** The parts of a cursor. Fails with `InvalidInput` for a text that is not a cursor. */
export const parse = (text: string): Result.Result<Parts, InvalidInput> => {
  const [, position, id, instance] = (text.length > maxLength ? null : /^(\d{1,16})\.([^.]+)\.(.+)$/s.exec(text)) ?? []
  const eventId = id === undefined ? undefined : Result.getOrUndefined(EventId.parse(id))
  return eventId === undefined || instance === undefined || !Number.isSafeInteger(Number(position))
    ? invalid("cursor", "must be a text that a subscription gave")
    : Result.succeed({ position: Position(Number(position)), eventId, instance })
}
