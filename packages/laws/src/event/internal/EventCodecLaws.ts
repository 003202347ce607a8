/** The laws of event codecs: no stored event is lost or changes its meaning. */
import * as View from "@refold/core/decide/View"
import { decodeAll, type EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
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

/** An event as older code stored it, and the events in their latest versions that it must decode to. */
export interface Older<Event> {
  /** The encoded event; with metadata, times and place where an upcaster reads them. */
  readonly stored: Recode.StoredForm
  /** An event; an array of none for a retired type, of several for a type that is split. */
  readonly native: Event | ReadonlyArray<Event>
}

/** The upcasters of all versions in between are applied, events of retired types are left out, and others are split. */
export const olderVersionsDecode = <Event extends Tagged>(codec: EventCodec<Event>) =>
  Law.make<Older<Event>>("every older event decodes as the latest versions that are given", ({ native, stored }) => ({
    left: Recode.decode(codec, stored),
    right: Result.succeed(nativeOf(native))
  }))

const nativeOf = <Event extends Tagged>(native: Older<Event>["native"]): ReadonlyArray<Event> => Arr.ensure(native)

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
