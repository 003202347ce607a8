/**
 * The anchor of a subscription: the last event that it delivered. The event is looked up again when another instance of
 * the log answers, because the log may have gone back.
 */
import type { EventId } from "@refold/core/event/EventId"
import * as Position from "@refold/core/event/Position"
import { position as asOfPosition } from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Cursor from "../Cursor.ts"
import type { ReaderAdapter, ReadFailure, SubscribeFailure, SubscribeOptions } from "../EventReader.ts"
import type { LogHead } from "../LogHead.ts"
import { LogWentBack } from "../LogWentBack.ts"
import { readForever } from "./RetryForever.ts"

/** A place in the log of one instance. */
export interface Anchor {
  readonly position: Position.Position
  /** The event at the position; undefined if no event is known there. */
  readonly eventId: EventId | undefined
  readonly instance: string
}

type Policy = Pick<SubscribeOptions, "onLogChange">

/** The anchor at a position. Fails with `LogWentBack` if the position is beyond the last event. */
export const atPosition = Effect.fnUntraced(function*(
  adapter: ReaderAdapter,
  position: Position.Position
): Effect.fn.Return<Anchor, SubscribeFailure> {
  for (;;) {
    const { instance } = yield* readForever(adapter.logHead)
    if (position === Position.start) return { position, eventId: undefined, instance }
    const { last } = yield* readForever(adapter.bound)
    // A subscription that starts beyond the last event would silently skip the events that are appended up to there.
    if (position > last) return yield* new LogWentBack({ reason: "Gone", after: position, eventId: undefined, last })
    const before = Position.Position(position - 1)
    const found = yield* readForever(
      Stream.runHead(adapter.readAll({ after: before, asOf: asOfPosition(position), limit: 1 }))
    )
    const eventId = Option.getOrUndefined(Option.map(found, ({ id }) => id))
    if ((yield* readForever(adapter.logHead)).instance === instance) return { position, eventId, instance }
  }
})

/** The anchor of a cursor, confirmed. */
export const atCursor = (
  adapter: ReaderAdapter,
  cursor: Cursor.Parts,
  policy: Policy
): Effect.Effect<Anchor, SubscribeFailure> =>
  Effect.map(confirm(adapter, cursor, policy), ({ instance }) => ({ ...cursor, instance }))

/**
 * Checks that the event of an anchor is still in the log, and gives the head of the instance that has it. Fails with
 * `LogWentBack` if it is gone, or if the instance is another one and the policy is `fail`.
 */
export const confirm = Effect.fnUntraced(function*(
  adapter: ReaderAdapter,
  anchor: Anchor,
  { onLogChange = "resume" }: Policy
): Effect.fn.Return<LogHead, SubscribeFailure> {
  const { eventId, position: after } = anchor
  for (;;) {
    const { instance } = yield* readForever(adapter.logHead)
    const isThere = yield* contains(adapter, anchor)
    const { last } = yield* readForever(adapter.bound)
    const head = yield* readForever(adapter.logHead)
    // The answers must be of one instance.
    if (head.instance !== instance) continue
    if (!isThere) return yield* new LogWentBack({ reason: "Gone", after, eventId, last })
    if (head.instance === anchor.instance || after === Position.start) return head
    if (onLogChange === "fail") return yield* new LogWentBack({ reason: "Unknown", after, eventId, last })
    yield* Effect.logWarning(
      `a subscription resumes after position ${after}: the database was restarted or replaced, and earlier events may be gone if it has lost its last ones`
    )
    return head
  }
})

const contains = (adapter: ReaderAdapter, { eventId, position }: Anchor): Effect.Effect<boolean, ReadFailure> =>
  eventId === undefined
    ? Effect.map(readForever(adapter.bound), ({ last }) => position <= last)
    : Effect.map(readForever(adapter.findEvent(eventId)), Option.exists((found) => found.position === position))
