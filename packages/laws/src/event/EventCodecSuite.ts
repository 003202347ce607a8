/** Tests an event codec: every event survives encoding, former names decode, and older events are read as valid events. */
import type { View } from "@refold/core/decide/View"
import type { EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as EventCodecLaws from "./internal/EventCodecLaws.ts"
import type { Older } from "./internal/Older.ts"
import * as OlderEvents from "./internal/OlderEvents.ts"
import { recordedOf, type StoredForm } from "./internal/Recode.ts"

/** The inputs of the laws of a codec. */
export interface Inputs<State, Event> {
  /** Events of every type, in the latest version. */
  readonly events: fc.Arbitrary<Event>
  /**
   * Events in every older version, of every former name and former type, each with the events that it must decode to.
   * Without them, the meaning of older events is not tested.
   */
  readonly older?: fc.Arbitrary<Older<Event>> | undefined
  /**
   * Events that older code may have stored, for the law that they are read as valid events. By default they are generated
   * from the schemas of the older versions; give them if a schema allows more than was ever stored.
   */
  readonly stored?: fc.Arbitrary<StoredForm> | undefined
  /** A view over the events: folding older events must give the state of folding the latest versions. */
  readonly view?: View<State, Event> | undefined
}

/** The laws of a codec over these inputs. */
export const properties = <State, Event extends Tagged>(
  codec: EventCodec<Event>,
  { events, older, stored, view }: Inputs<State, Event>
): ReadonlyArray<Law.Property<never>> => {
  const storedBefore = Option.orElse(
    Option.fromUndefinedOr(stored?.map(recordedOf)),
    () => OlderEvents.of(codec)
  )
  const any = older &&
    fc.oneof(older, events.map((event) => ({ stored: Result.getOrThrow(codec.encode(event)), native: event })))
  return [
    Law.over(EventCodecLaws.decodeUndoesEncode(codec), events),
    Law.over(EventCodecLaws.formerNamesDecode(codec), events),
    ...Option.toArray(storedBefore).map((stored) => Law.over(EventCodecLaws.olderEventsAreValid(codec), stored)),
    ...Option.toArray(OlderEvents.retired(codec)).map((stored) =>
      Law.over(EventCodecLaws.retiredEventsAreNone(codec), stored)
    ),
    ...(older === undefined ? [] : [Law.over(EventCodecLaws.olderVersionsDecode(codec), older)]),
    ...(any && view ? [Law.over(EventCodecLaws.upcastHistoryFoldsAsNative(codec, view), fc.array(any))] : [])
  ]
}

/** Tests a codec, each law with 100 inputs by default. */
export const suite = <State, Event extends Tagged>(
  name: string,
  codec: EventCodec<Event>,
  inputs: Suite.Options & Inputs<State, Event>
): void => Suite.pure(name, properties(codec, inputs), inputs)
