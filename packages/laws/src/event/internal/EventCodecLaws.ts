/** What every codec promises: nothing that was ever stored is lost or changes its meaning. */
import * as View from "@refold/core/decide/View"
import type { EncodedEvent, EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as Recode from "./Recode.ts"

/** Through the text that a store makes of it, too. */
export const decodeUndoesEncode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Event>("decode after encode is the identity", (event) => ({
    left: Recode.recode(codec, event),
    right: Result.succeed(event)
  }))

/** Under each name that `storedTypes` asks a store for. */
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

/** An event as older code stored it, and the event of today that it stands for: what an upcaster has to find. */
export interface Older<Event> {
  readonly stored: EncodedEvent
  readonly native: Event
}

/** By all upcasters on the way. */
export const olderVersionsDecode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Older<Event>>("every older version decodes as the latest", ({ native, stored }) => ({
    left: Recode.decode(codec, stored),
    right: Result.succeed(native)
  }))

/** The view never notices how old its events are. */
export const upcastHistoryFoldsAsNative = <State, Event extends Tagged>(
  codec: EventCodec<Event>,
  view: View.View<State, Event>
) =>
  Law.make<ReadonlyArray<Older<Event>>>("folding an upcast history is folding the native one", (history) => ({
    left: Result.map(
      Result.all(history.map(({ stored }) => Recode.decode(codec, stored))),
      (events) => View.fold(view, events)
    ),
    right: Result.succeed(View.fold(view, history.map(({ native }) => native)))
  }))
