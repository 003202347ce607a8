/** Verifies the log: the order within each stream, and that events can be read and decoded. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { UnreadableEvent } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import * as Finding from "../Finding.ts"
import { type EventMark, Maintenance } from "../Maintenance.ts"
import type { Verifier } from "../Verifier.ts"

/** Counts the checked items. */
export type Count = (items: number) => Effect.Effect<void>

/** Versions without gaps, positions and times in their order within each stream, and commits that begin with a stored event. */
export const order = (count: Count) =>
  Stream.unwrap(Effect.map(Maintenance, ({ marks }) => {
    let last: EventMark | undefined
    return Stream.mapArrayEffect(marks, (events) =>
      Effect.as(count(events.length), [
        events.flatMap((event) => {
          const before = last?.stream === event.stream ? last : undefined
          last = event
          return orderOf(before, event)
        })
      ])).pipe(Stream.flattenIterable)
  }))

const orderOf = (before: EventMark | undefined, event: EventMark): ReadonlyArray<Finding.Finding> => {
  const { isOfStoredCommit, position, recordedAt, stream, version } = event
  const expected = (before?.version ?? 0) + 1
  const details = { stream, version, position }
  const which = `event ${version} of stream "${stream}"`
  return [
    ...version === expected ? [] : [
      Finding.make("VersionGap", `stream "${stream}" has event ${version} where event ${expected} must be`, {
        ...details,
        expected
      })
    ],
    ...before === undefined || position > before.position
      ? []
      : [
        Finding.make(
          "PositionOrder",
          `${which} has position ${position}, which is not above that of the event before it`,
          details
        )
      ],
    ...before === undefined || DateTime.isGreaterThanOrEqualTo(recordedAt, before.recordedAt)
      ? []
      : [Finding.make("TimeOrder", `${which} was recorded before the event before it`, details)],
    ...isOfStoredCommit
      ? []
      : [Finding.make("UnknownCommit", `the first event of the commit of ${which} is not stored`, details)]
  ]
}

/** Events that cannot be read, and those that the codecs cannot decode. */
export const events = (
  verifiers: ReadonlyArray<Verifier>,
  count: Count,
  after?: Position
): Stream.Stream<Finding.Finding, ReadFailure, EventReader> =>
  Stream.unwrap(Effect.map(EventReader, ({ readAll }) =>
    readAll({ after }).pipe(
      Stream.mapArrayEffect((recorded) => Effect.map(decodeAll(verifiers, recorded, count), (found) => [found])),
      Stream.flattenIterable,
      Stream.catch((error) => {
        const cause = error._tag === "EventStoreError" ? error.cause : undefined
        if (!(cause instanceof UnreadableEvent)) return Stream.fail(error)
        const { id, message, position, stream, version } = cause
        const found = Finding.make("UnreadableEvent", message, { stream, version, position, id })
        return Stream.concat(Stream.succeed(found), events(verifiers, count, position))
      })
    )))

const decodeAll = Effect.fnUntraced(function*(
  verifiers: ReadonlyArray<Verifier>,
  recorded: ReadonlyArray<RecordedEvent>,
  count: Count
) {
  yield* count(recorded.length)
  const received = yield* (yield* WireTransform).fromWire(recorded)
  return received.flatMap((event) => verifiers.flatMap(({ decode }) => undecodable(event, decode?.(event))))
})

const undecodable = (
  { id, position, stream, version }: RecordedEvent,
  decoded: ReturnType<NonNullable<Verifier["decode"]>>
): ReadonlyArray<Finding.Finding> => {
  if (decoded === undefined || Result.isSuccess(decoded)) return []
  const { _tag, message } = decoded.failure
  const severity = _tag === "NewerSchemaVersion" ? "Warning" : "Error"
  return [Finding.make("UndecodableEvent", message, { stream, version, position, id }, severity)]
}
