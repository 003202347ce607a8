/** An event as older code stored it, with the events that it must be read as. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Arr from "effect/Array"
import type { StoredForm } from "./Recode.ts"

/** An event as older code stored it, and the events in their latest versions that it must decode to. */
export interface Older<Event> {
  /** The encoded event; with metadata, times and place if an upcaster reads them. */
  readonly stored: StoredForm
  /** An event; an array of none for a retired type, of several for a type that is split. */
  readonly native: Event | ReadonlyArray<Event>
}

/** The events that an older event decodes to. */
export const nativeOf = <Event extends Tagged>(native: Older<Event>["native"]): ReadonlyArray<Event> =>
  Arr.ensure(native)
