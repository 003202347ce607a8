/**
 * The events that an instance has observed. Events of one stream and type are observed in the order of their versions, so
 * the last version of each is enough. Each type of a stream has a version of its own, because a type that is added to a
 * process later is read from its first event, after later events of other types were observed.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { EventTrigger } from "../ProcessEvent.ts"

/** The last observed version by stream and stored type. A set or a look-up takes the same time, however many there are. */
export type Observed = HashMap.HashMap<string, number>

type Place = Pick<EventTrigger, "stream" | "type" | "version">

/** Nothing is observed. */
export const none: Observed = HashMap.empty()

/** Whether this event, or a later one of its stream and type, was observed. */
export const has = (observed: Observed, event: Place): boolean =>
  Option.exists(HashMap.get(observed, keyOf(event)), (last) => last >= event.version)

/** Adds an event. */
export const add = (observed: Observed, event: Place): Observed => HashMap.set(observed, keyOf(event), event.version)

// Neither a stream nor a type contains this character.
const keyOf = ({ stream, type }: Place): string => `${stream}\0${type}`
