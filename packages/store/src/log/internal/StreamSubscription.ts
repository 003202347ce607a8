/** Subscriptions to one stream: read it to its end, and again whenever the head of the log has moved. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { start as firstPosition } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { ReaderAdapter, ReadFailure, SubscribeFailure, SubscribeStreamOptions } from "../EventReader.ts"
import type { LogHead } from "../LogHead.ts"
import * as Anchor from "./Anchor.ts"
import { readForever } from "./RetryForever.ts"

type Options<Asked extends Column> = SubscribeStreamOptions & ReadOptions.Columns<Asked>
type Read<Asked extends Column> = Pick<RecordedEvent, Asked | "id" | "position" | "version">

/** The state of a subscription: its anchor, the version of that event, and the version up to which it has read. */
interface Place {
  readonly anchor: Anchor.Anchor
  readonly version: number
  readonly read: number
}

// The number of events that are read before the instance of the log is compared and they are delivered.
const batchSize = 1000

/** The events of a stream after a version, then new ones. */
export const subscribe = <Asked extends Column>(
  adapter: ReaderAdapter,
  stream: StreamName.StreamName,
  options: Options<Asked>
): Stream.Stream<Read<Asked>, SubscribeFailure> =>
  Stream.unwrap(Effect.gen(function*() {
    const { after = StreamVersion.none, ...filter } = yield* Effect.fromResult(
      Result.andThen(StreamName.parse(stream), ReadOptions.check(options))
    )
    let place = yield* placeAfter(adapter, stream, after)
    const next = Effect.gen(function*() {
      const batch = yield* readBatch(adapter, stream, filter, place.read)
      const head = yield* readForever(adapter.logHead)
      if (head.instance === place.anchor.instance) {
        place = behind(place, batch)
        return [batch.events, batch.isLast ? Option.none() : Option.some(undefined)] as const
      }
      // The events may be of another log: the anchor is confirmed there, and they are read again.
      place = yield* confirmed(adapter, place, filter)
      return [[], Option.some(undefined)] as const
    })
    const onHead = ({ instance }: LogHead) =>
      Stream.unwrap(Effect.gen(function*() {
        if (instance !== place.anchor.instance) place = yield* confirmed(adapter, place, filter)
        return Stream.paginate(undefined, () => next)
      }))
    return Stream.flatMap(adapter.logHeads, onHead)
  }))

const placeAfter = Effect.fnUntraced(function*(
  adapter: ReaderAdapter,
  stream: StreamName.StreamName,
  version: StreamVersion.StreamVersion
): Effect.fn.Return<Place, ReadFailure> {
  const { instance } = yield* readForever(adapter.logHead)
  const place = { version, read: version }
  if (version === 0) return { ...place, anchor: { position: firstPosition, eventId: undefined, instance } }
  const before = StreamVersion.StreamVersion(version - 1)
  const found = yield* readForever(Stream.runHead(adapter.readStream(stream, { after: before, limit: 1 })))
  if (Option.isSome(found)) {
    return { ...place, anchor: { position: found.value.position, eventId: found.value.id, instance } }
  }
  const [last] = yield* readForever(adapter.streamVersions([stream]))
  return yield* new InvalidInput({
    field: "after",
    rule: `must not be beyond the last event of the stream, at version ${last}`
  })
})

interface Batch<Asked extends Column> {
  readonly events: ReadonlyArray<Read<Asked>>
  /** All events up to this version were read or filtered out. */
  readonly end: number
  /** Whether that is the end of the stream. */
  readonly isLast: boolean
}

const readBatch = Effect.fnUntraced(function*<Asked extends Column>(
  adapter: ReaderAdapter,
  stream: StreamName.StreamName,
  { columns: asked, ...filter }: Omit<Options<Asked>, "after">,
  read: number
): Effect.fn.Return<Batch<Asked>, ReadFailure> {
  const [version] = yield* readForever(adapter.streamVersions([stream]))
  if (version! <= read) return { events: [], end: read, isLast: true }
  const columns = asked === undefined ? undefined : [...asked, "id" as const, "position" as const, "version" as const]
  const events: Array<Read<Asked>> = []
  const bounded = { ...filter, columns, after: StreamVersion.StreamVersion(read), asOf: AsOf.version(version!) }
  const reading = Effect.suspend(() => {
    // A read that failed begins again.
    events.length = 0
    return Stream.runForEach(
      adapter.readStream(stream, { ...bounded, limit: batchSize }),
      (event) => Effect.sync(() => void events.push(event))
    )
  })
  const result = yield* Effect.result(readForever(reading))
  // The events before one that cannot be read are delivered first.
  if (Result.isFailure(result) && events.length === 0) return yield* Effect.fail(result.failure)
  const isLast = Result.isSuccess(result) && events.length < batchSize
  return { events, end: isLast ? version! : events.at(-1)!.version, isLast }
})

const behind = <Asked extends Column>(place: Place, { end, events }: Batch<Asked>): Place => {
  const last = events.at(-1)
  if (last === undefined) return { ...place, read: end }
  const { id: eventId, position, version } = last
  return { anchor: { position, eventId, instance: place.anchor.instance }, version, read: end }
}

const confirmed = (
  adapter: ReaderAdapter,
  { anchor, version }: Place,
  policy: Pick<SubscribeStreamOptions, "onLogChange">
): Effect.Effect<Place, SubscribeFailure> =>
  Effect.map(
    Anchor.confirm(adapter, anchor, policy),
    ({ instance }) => ({ anchor: { ...anchor, instance }, version, read: version })
  )
