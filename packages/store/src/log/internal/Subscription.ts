/** Subscriptions: read the log up to the head, and again whenever the head has moved. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Position from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import { position } from "@refold/core/journal/AsOf"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Cursor from "../Cursor.ts"
import {
  type Delivered,
  EventNotFound,
  type EventReader,
  type ReaderAdapter,
  type SubscribeFailure,
  type SubscribeOptions
} from "../EventReader.ts"
import * as InstanceChanged from "../InstanceChanged.ts"
import type { LogHead } from "../LogHead.ts"
import * as Anchor from "./Anchor.ts"
import * as ReadPart from "./ReadPart.ts"
import { readForever, retryForever } from "./RetryForever.ts"
import * as StreamSubscription from "./StreamSubscription.ts"

/** The subscriptions of a reader. */
export const make = (
  adapter: ReaderAdapter
): Pick<EventReader["Service"], "subscribe" | "subscribeStream" | "subscribeWithCursors" | "replayFrom"> => ({
  subscribe: (options = {}) => start(adapter, options, { event: (event) => event }),
  subscribeStream: (stream, options = {}) => StreamSubscription.subscribe(adapter, stream, options),
  subscribeWithCursors: <Asked extends Column>(options: Options<Asked> = {}) =>
    start<Delivered<Asked>, Asked>(adapter, options, {
      event: (event, instance) => ({
        _tag: "Event",
        event,
        cursor: Cursor.make({ position: event.position, eventId: event.id, instance })
      }),
      progress: ({ eventId, instance, position }, head) => ({
        _tag: "Progress",
        position,
        head,
        isCaughtUp: position >= head,
        cursor: eventId === undefined ? undefined : Cursor.make({ position, eventId, instance })
      })
    }),
  replayFrom: (from, options = {}) =>
    Stream.unwrap(Effect.gen(function*() {
      yield* Effect.fromResult(ReadOptions.check(options))
      const start = yield* typeof from === "number" ? checkPosition(from) : find(adapter, from)
      const after = Position.Position(Math.max(0, start - 1))
      return follow(adapter, options, yield* Anchor.atPosition(adapter, after), { event: (event) => event })
    }))
})

const checkPosition = (from: Position.Position): Effect.Effect<Position.Position, InvalidInput> =>
  Number.isSafeInteger(from) && from >= 0
    ? Effect.succeed(from)
    : new InvalidInput({ field: "from", rule: "must be a whole number of 0 or more" })

const find = Effect.fnUntraced(function*(adapter: ReaderAdapter, id: Parameters<ReaderAdapter["findEvent"]>[0]) {
  const found = yield* adapter.findEvent(id)
  return Option.isNone(found) ? yield* new EventNotFound({ id }) : found.value.position
})

type Read<Asked extends Column> = Pick<RecordedEvent, Asked | "id" | "position">

/** The outputs for an event, and after a part of the log, if any. */
interface Deliver<A, Asked extends Column> {
  readonly event: (event: Read<Asked>, instance: string) => A
  readonly progress?: (anchor: Anchor.Anchor, head: Position.Position) => A
}
type Options<Asked extends Column> = SubscribeOptions & ReadOptions.Columns<Asked>

const start = <A, Asked extends Column>(
  adapter: ReaderAdapter,
  options: Options<Asked>,
  deliver: Deliver<A, Asked>
): Stream.Stream<A, SubscribeFailure> =>
  Stream.unwrap(Effect.gen(function*() {
    const { after = Position.start, cursor, ...filter } = yield* Effect.fromResult(ReadOptions.check(options))
    if (cursor === undefined) return follow(adapter, filter, yield* Anchor.atPosition(adapter, after), deliver)
    if (options.after !== undefined) {
      return yield* new InvalidInput({ field: "after", rule: "must not be given together with a cursor" })
    }
    const parts = yield* Effect.fromResult(Cursor.parse(cursor))
    return follow(adapter, filter, yield* Anchor.atCursor(adapter, parts, filter), deliver)
  }))

const follow = <A, Asked extends Column>(
  adapter: ReaderAdapter,
  { columns: asked, onLogChange, ...filter }: Omit<Options<Asked>, "after" | "cursor">,
  from: Anchor.Anchor,
  deliver: Deliver<A, Asked>
): Stream.Stream<A, SubscribeFailure> =>
  Stream.suspend(() => {
    let anchor = from
    // The anchor needs two columns of its own.
    const columns = asked === undefined ? undefined : [...asked, "id" as const, "position" as const]
    // All events up to here were delivered or filtered out.
    let read = from.position
    const readPart = ({ instance, position: head }: LogHead, end: ReadPart.End): Stream.Stream<A, SubscribeFailure> =>
      // After a failure the read starts again after the last emitted event.
      retryForever(
        Stream.suspend(() =>
          adapter.readAll({ ...filter, columns, after: read, asOf: position(end.position), instance })
        )
      ).pipe(
        Stream.mapArray((events) => {
          const { id, position } = events.at(-1)!
          read = position
          anchor = { position, eventId: id, instance }
          return Arr.map(events, (event) => deliver.event(event, instance))
        }),
        Stream.concat(Stream.suspend(() => {
          read = end.position
          if (end.eventId !== undefined) anchor = { ...end, instance }
          return progressAt(head)
        }))
      )
    const progressAt = (head: Position.Position): Stream.Stream<A> =>
      deliver.progress === undefined ? Stream.empty : Stream.succeed(deliver.progress(anchor, head))
    const readUpTo = (head: LogHead): Stream.Stream<A, SubscribeFailure> =>
      ReadPart.ends(adapter, () => read, head, deliver.progress !== undefined && ReadPart.isFiltered(filter)).pipe(
        Stream.flatMap((end) => readPart(head, end)),
        // The read events may end above events of the other log that are not visible yet.
        Stream.catchIf(
          InstanceChanged.isCauseOf,
          () => Stream.unwrap(Effect.map(readForever(adapter.logHead), onHead))
        )
      )
    let isFirst = true
    const onHead = (given: LogHead): Stream.Stream<A, SubscribeFailure> =>
      Stream.unwrap(Effect.gen(function*() {
        let head = given
        if (head.instance !== anchor.instance) {
          head = yield* Anchor.confirm(adapter, anchor, { onLogChange })
          anchor = { ...anchor, instance: head.instance }
          read = anchor.position
        }
        const isAtHead = head.position <= read
        const nothingNew = isFirst ? progressAt(head.position) : Stream.empty
        isFirst = false
        return isAtHead ? nothingNew : readUpTo(head)
      }))
    return Stream.flatMap(adapter.logHeads, onHead)
  })
