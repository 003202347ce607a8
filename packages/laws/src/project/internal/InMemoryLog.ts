/** A log in memory, of events encoded as in a store. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata } from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { Any } from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import type { Projection } from "@refold/core/project/Projection"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"

/** An event of a stream, with its time and metadata. */
export interface LoggedEvent<Event> {
  readonly stream: string
  readonly event: Event
  readonly occurredAt?: DateTime.Utc | undefined
  readonly metadata?: Metadata | undefined
}

const epoch = DateTime.makeUnsafe(0)

/** The log of these events. Throws if the projection's codec cannot encode an event, or a stream's name is malformed. */
export const logOf = <Event extends Tagged>(
  { events: codec }: Pick<Projection<Event, unknown, string>, "events">,
  logged: ReadonlyArray<LoggedEvent<Event>>
): ReadonlyArray<RecordedEvent> =>
  storedLogOf(logged.map(({ event, ...place }) => ({ ...place, event: Result.getOrThrow(codec.encode(event)) })))

/** The log of these encoded events. Throws if a stream's name is malformed. */
export const storedLogOf = (logged: ReadonlyArray<LoggedEvent<EncodedEvent>>): ReadonlyArray<RecordedEvent> => {
  const journal = logged.reduce((journal, { event, metadata = {}, occurredAt = epoch, stream }, index) => {
    const { data, schemaVersion, type } = event
    const id = FreshNames.eventId(index + 1)
    const events = Arr.of({ type, schemaVersion, data, id, metadata, occurredAt })
    const write = { stream: Result.getOrThrow(StreamName.parse(stream)), expected: Any, events }
    return Result.getOrThrow(Journal.append(journal, { writes: [write] }, occurredAt))[0]
  }, Journal.empty)
  return Result.getOrThrow(Journal.readAll(journal))
}
