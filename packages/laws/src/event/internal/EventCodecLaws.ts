/** The laws of event codecs: no stored event is lost or changes its meaning. */
import * as View from "@refold/core/decide/View"
import type { EncodedEvent, EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as Recode from "./Recode.ts"

/** The data passes through JSON text in between, as in a store. */
export const decodeUndoesEncode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Event>("decoding an encoded event gives the same event", (event) => ({
    left: Recode.recode(codec, event),
    right: Result.succeed(event)
  }))

/** Under each name that `storedTypes` lists. */
export const formerNamesDecode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Event>("an event stored under a former name decodes", (event) => {
    const names = codec.storedTypes([event._tag])
    return {
      left: names.map((type) =>
        Result.flatMap(codec.encode(event), (encoded) => Recode.decode(codec, { ...encoded, type }))
      ),
      right: names.map(() => Result.succeed(event))
    }
  })

/** An event as older code stored it, and the event in the latest version that it must decode to. */
export interface Older<Event> {
  readonly stored: EncodedEvent
  readonly native: Event
}

/** The upcasters of all versions in between are applied. */
export const olderVersionsDecode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Older<Event>>("every older version of an event decodes as the latest version", ({ native, stored }) => ({
    left: Recode.decode(codec, stored),
    right: Result.succeed(native)
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
        Result.all(history.map(({ stored }) => Recode.decode(codec, stored))),
        (events) => View.fold(view, events)
      ),
      right: Result.succeed(View.fold(view, history.map(({ native }) => native)))
    })
  )
