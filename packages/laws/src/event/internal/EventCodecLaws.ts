/** The laws of event codecs: no stored event is lost or changes its meaning. */
import * as View from "@refold/core/decide/View"
import { decodeAll, type EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import { nativeOf, type Older } from "./Older.ts"
import * as Recode from "./Recode.ts"

/** The data passes through JSON text in between, as in a store. */
export const decodeUndoesEncode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Event>("decoding an encoded event gives the same event", (event) => ({
    left: [
      Result.flatMap(Recode.encode(codec, event), (encoded) => Recode.decode(codec, encoded)),
      Recode.recode(codec, event)
    ],
    right: [Result.succeed([event]), Result.succeed(event)]
  }))

/** Under each name that `storedTypes` lists, besides those of types that are split. */
export const formerNamesDecode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Event>("an event stored under a former name decodes", (event) => {
    const others = codec.types.flatMap(({ formerNames, name }) => name === event._tag ? [] : [name, ...formerNames])
    const names = codec.storedTypes([event._tag]).filter((name) => !others.includes(name))
    return {
      left: names.map((type) =>
        Result.flatMap(codec.encode(event), (encoded) => Recode.decode(codec, { ...encoded, type }))
      ),
      right: names.map(() => Result.succeed([event]))
    }
  })

/** The upcasters of all versions in between are applied, events of retired types are left out, and others are split. */
export const olderVersionsDecode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Older<Event>>("every older event decodes as the latest versions that are given", ({ native, stored }) => ({
    left: Recode.decode(codec, stored),
    right: Result.succeed(nativeOf(native))
  }))

/** For any fields that the schema of an older version allows: an upcaster must not return data that today's code could not store. */
export const olderEventsAreValid = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<RecordedEvent>(
    "the events that an older event is read as can be stored, and are read back equal",
    (stored) => {
      const read = codec.decode(stored)
      return {
        left: Result.flatMap(read, (events) => Result.all(events.map((event) => Recode.recode(codec, event)))),
        right: Result.isFailure(read) ? "an event of today" : read
      }
    }
  )

/** For any version and any data. */
export const retiredEventsAreNone = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<RecordedEvent>("an event of a retired type is read as none", (stored) => ({
    left: codec.decode(stored),
    right: Result.succeed([])
  }))

/** The state of a view does not depend on the versions of the events. */
export const upcastHistoryFoldsAsNative = <State, Event extends Tagged>(
  codec: EventCodec<Event>,
  view: View.View<State, Event>
) =>
  Law.make<ReadonlyArray<Older<Event>>>(
    "folding an upcast history gives the state of the native history",
    (history) => ({
      left: Result.map(
        decodeAll(codec, history.map(({ stored }) => Recode.recordedOf(stored))),
        (events) => View.fold(view, events)
      ),
      right: Result.succeed(View.fold(view, history.flatMap(({ native }) => nativeOf(native))))
    })
  )
