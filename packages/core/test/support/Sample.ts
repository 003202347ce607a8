// Values that the tests share: minimal event ids, instants, events and commits.
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { EventId } from "../../src/event/EventId.ts"
import type { NewEvent } from "../../src/event/NewEvent.ts"
import type { RecordedEvent } from "../../src/event/RecordedEvent.ts"
import * as StreamName from "../../src/event/StreamName.ts"
import type { Commit, StreamWrite } from "../../src/journal/Commit.ts"
import * as ExpectedVersion from "../../src/journal/ExpectedVersion.ts"
import * as Journal from "../../src/journal/Journal.ts"

/** The failure of a result that must have failed. */
export const failureOf = <A, E>(result: Result.Result<A, E>): E => {
  if (Result.isSuccess(result)) throw new Error(`succeeded with ${JSON.stringify(result.success)}`)
  return result.failure
}

/** The `n`th event id. */
export const eventId = (n: number): EventId => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}` as EventId

export const stream = (name: string): StreamName.StreamName => Result.getOrThrow(StreamName.parse(name))

/** Milliseconds after 1970. */
export const at = (millis: number): DateTime.Utc => DateTime.makeUnsafe(millis)

export const event = (n: number, fields: Partial<NewEvent> = {}): NewEvent => ({
  id: eventId(n),
  type: "Happened",
  schemaVersion: 1,
  data: { n },
  metadata: {},
  occurredAt: at(0),
  ...fields
})

export const write = (
  name: string,
  events: StreamWrite["events"],
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): StreamWrite => ({ stream: stream(name), expected, events })

/** A value of the right type whose content is wrong, as it comes from plain JavaScript or from a file. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it takes its type from where it stands
export const malformed = <A>(value: unknown): A => value as A

/** A journal after these commits, the `n`th recorded at `n` seconds after 1970. */
export const journalOf = (...commits: ReadonlyArray<Commit>): Journal.Journal =>
  commits.reduce(
    (journal, commit, index) => Result.getOrThrow(Journal.append(journal, commit, at(1000 * (index + 1))))[0],
    Journal.empty
  )

/** Recorded events as `stream@version`. */
export const places = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<string> =>
  events.map(({ stream, version }) => `${stream}@${version}`)
