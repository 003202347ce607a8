/** How far a stream has come: the number of its events. */
import type * as Brand from "effect/Brand"

/** The number of events in a stream; 0 = none. An event's own version is the stream's version just after it. */
export type StreamVersion = number & Brand.Brand<"StreamVersion">

/** Brands a number that is known to be a safe integer of 0 or more. Checked wherever it enters an adapter. */
export const StreamVersion = (n: number): StreamVersion => n as StreamVersion

/** The version of a stream without events. */
export const none = StreamVersion(0)
